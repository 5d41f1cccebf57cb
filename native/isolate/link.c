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

// What nobody waits for goes with the next frame: each arrival wakes the parent, which costs more than all that it does with one.
static struct {
  char bytes[64 * 1024];
  size_t length;
} held;

static void send_held(void) {
  send_all(&(struct iovec){held.bytes, held.length}, held.length > 0);
  // It may be a secret.
  explicit_bzero(held.bytes, held.length);
  held.length = 0;
}

static void hold(const void *bytes, size_t length) {
  memcpy(held.bytes + held.length, bytes, length);
  held.length += length;
}

static void send_later(const void *head, size_t head_length, const void *payload, size_t length) {
  if (held.length + head_length + length > sizeof held.bytes) send_held();
  if (head_length + length > sizeof held.bytes) {
    send_all((struct iovec[]){{(void *)(uintptr_t)head, head_length}, {(void *)(uintptr_t)payload, length}}, 2);
    return;
  }
  hold(head, head_length);
  if (length > 0) hold(payload, length);
}

static void frame_later(uint32_t kind, const void *payload, size_t length) {
  uint32_t head[2] = {kind, (uint32_t)length};
  send_later(head, sizeof head, payload, length);
}

void send_frame(uint32_t kind, const void *payload, size_t length) {
  frame_later(kind, payload, length);
  send_held();
}

void send_text(struct text *text) {
  if (text->is_sent) return;
  uint32_t head[3] = {'T', (uint32_t)(sizeof text->id + text->length), text->id};
  send_later(head, sizeof head, text->bytes, text->length);
  text->is_sent = true;
}

void send_drop(const struct text *text) {
  frame_later('D', &text->id, sizeof text->id);
  // The parent has it, too.
  if (text->length > sizeof held.bytes) send_held();
}

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
