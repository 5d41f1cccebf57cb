#include "isolate.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned ids;
// What was read last: it is read again and again.
static struct text *newest;

struct text *keep(struct text *text) {
  text->users++;
  return text;
}

struct text *new_text(const char *bytes, size_t length) {
  if (newest && newest->length == length && memcmp(newest->bytes, bytes, length) == 0) return keep(newest);
  struct text *text = malloc(sizeof *text + length + 1);
  if (!text) abort();
  *text = (struct text){.id = ++ids, .users = 1, .length = length};
  memcpy(text->bytes, bytes, length);
  text->bytes[length] = 0;
  if (newest) drop(newest);
  newest = keep(text);
  return text;
}

void drop(struct text *text) {
  if (!text || --text->users > 0) return;
  if (text->is_sent) send_drop(text);
  // It may be a secret.
  explicit_bzero(text->bytes, text->length);
  free(text);
}

bool same_text(const struct text *a, const struct text *b) {
  return a == b || (a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0);
}

struct text *text_of_fd(int fd) {
  struct stat s;
  if (fstat(fd, &s) != 0) return NULL;
  if (s.st_size > content_max) { errno = EFBIG; return NULL; }
  size_t room = (size_t)s.st_size + 4096, length = 0;
  char *bytes = malloc(room);
  if (!bytes) return NULL;
  ssize_t n;
  while ((n = pread(fd, bytes + length, room - length, (off_t)length)) > 0) {
    length += (size_t)n;
    if (length < room) continue;
    // It grows while it is read.
    char *more = room > content_max ? NULL : malloc(2 * room);
    if (more) memcpy(more, bytes, length);
    explicit_bzero(bytes, length);
    free(bytes);
    if (!more) { errno = EFBIG; return NULL; }
    bytes = more;
    room *= 2;
  }
  struct text *text = n < 0 ? NULL : new_text(bytes, length);
  int error = errno;
  explicit_bzero(bytes, length);
  free(bytes);
  errno = error;
  return text;
}
