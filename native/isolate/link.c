// What is said to the parent, and what it answers: see README.md.
#include "isolate.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

bool is_alone;

static void send_all(struct iovec *parts, size_t count) {
  while (count > 0 && !is_alone) {
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t n = sendmsg(link_fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      is_alone = true;
      return;
    }
    size_t left = (size_t)n;
    while (count > 0 && left >= parts->iov_len) {
      left -= parts->iov_len;
      parts++;
      count--;
    }
    if (count > 0) {
      parts->iov_base = (char *)parts->iov_base + left;
      parts->iov_len -= left;
    }
  }
}

void send_frame(uint32_t kind, const void *payload, size_t length) {
  uint32_t head[2] = {kind, (uint32_t)length};
  struct iovec parts[2] = {{head, sizeof head}, {(void *)(uintptr_t)payload, length}};
  send_all(parts, 2);
}

void send_text(struct text *text) {
  if (text->is_sent) return;
  uint32_t head[3] = {'T', (uint32_t)(sizeof text->id + text->length), text->id};
  struct iovec parts[2] = {{head, sizeof head}, {text->bytes, text->length}};
  send_all(parts, 2);
  text->is_sent = true;
}

void send_drop(unsigned id) { send_frame('D', &id, sizeof id); }

void send_note(const char *word, const char *of) {
  char line[256];
  size_t n = strlen(word) + 1, m = strnlen(of, sizeof line - n);
  memcpy(line, word, n - 1);
  line[n - 1] = ' ';
  memcpy(line + n, of, m);
  send_frame('N', line, n + m);
}

bool read_link(void (*answered)(const int32_t answer[3])) {
  static union {
    char bytes[12 * 64];
    int32_t words[3 * 64];
  } buffer;
  static size_t have;
  ssize_t n = recv(link_fd, buffer.bytes + have, sizeof buffer.bytes - have, MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
  if (n < 0) return true;
  have += (size_t)n;
  size_t used = 0;
  for (; have - used >= 12; used += 12) answered(buffer.words + used / 4);
  have -= used;
  memmove(buffer.bytes, buffer.bytes + used, have);
  return true;
}
