// All that the helper parses and did not make itself: paths of the program, texts of /proc, the parent's answers. With a compiler
// that has libFuzzer: -fsanitize=fuzzer -DWITH_LIBFUZZER. Without: parse SEED COUNT changes a few examples at random.
#include "../isolate.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double now_ms(void) { return 0; }

static void never_done(const struct waiter *waiter, struct handle *handle, int error) {
  (void)waiter;
  (void)handle;
  (void)error;
  abort();
}
static void answered(const int32_t answer[3]) {
  // Nothing was asked.
  if (take_answer(answer, never_done)) abort();
}

// Right before a page that can't be read: one that reads too far ends here.
static char *at_the_edge(const uint8_t *data, size_t size) {
  static char *pages;
  static const size_t page = 4096, room = 3 * 4096;
  if (!pages) {
    pages = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + room, page, PROT_NONE) != 0) abort();
  }
  if (size > room) size = room;
  char *start = pages + room - size;
  memcpy(start, data, size);
  return start;
}

static void parse_path(const uint8_t *data, size_t size) {
  char path[2 * PATH_MAX];
  uint64_t at = (uint64_t)(uintptr_t)at_the_edge(data, size);
  if (!path_of(getpid(), size % 2 ? AT_FDCWD : 0, at, path, sizeof path)) return;
  if (strlen(path) >= sizeof path) abort();
  is_named_target(path);
  is_target(path);
  is_from_intents(path);
  is_on_same_disk(path);
}

static void parse_text(const uint8_t *data, size_t size) {
  char text[4096];
  if (size >= sizeof text) size = sizeof text - 1;
  memcpy(text, data, size);
  text[size] = 0;
  pid_t parent;
  unsigned flags;
  uint64_t born;
  parse_stat(text, &parent, &flags, &born);
  status_field(text, "\nTgid:", 10);
  status_field(text, "\nUmask:", 8);
}

static void parse_answers(const uint8_t *data, size_t size) {
  // Less than the socket holds.
  if (size > 4096) size = 4096;
  static int other = -1;
  if (other < 0) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 || dup2(pair[0], link_fd) < 0) abort();
    other = pair[1];
  }
  if (size > 0 && write(other, data, size) != (ssize_t)size) abort();
  for (size_t n = 0; n <= size; n += 256)
    if (!read_link(answered)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!*target.path && !find_target("/tmp/auth.json")) abort();
  if (size == 0) return 0;
  void (*const all[])(const uint8_t *, size_t) = {parse_path, parse_text, parse_answers};
  all[*data % 3](data + 1, size - 1);
  return 0;
}

#ifndef WITH_LIBFUZZER
static uint64_t state;
static uint32_t chance(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 20) % below;
}

// With the zeros in it.
#define EXAMPLE(text) {text, sizeof(text) - 1}
static const struct {
  const char *bytes;
  size_t length;
} examples[] = {
    EXAMPLE("\0/tmp/auth.json"),
    EXAMPLE("\0auth.json.intents/x/new"),
    EXAMPLE("\0/proc/self/fd/3/../auth.json"),
    EXAMPLE("\0./a/../../tmp//auth.json/"),
    EXAMPLE("\0/dev/fd/900"),
    EXAMPLE("\1" "12 (a) b)) S 1 2 3 4 5 4194560 7 8 9 10 11 12 13 14 15 16 17 18 19 20 123456 22"),
    EXAMPLE("\1Name:\tx\nUmask:\t0022\nTgid:\t12\nUid:\t1\t2\t3\t4\n"),
    EXAMPLE("\2\1\0\0\0\5\0\0\0\377\377\377\377\2\0\0\0"),
};

int main(int argc, char **argv) {
  static uint8_t input[16 * 1024];
  state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435769u + 1 : 1;
  for (long left = argc > 2 ? atol(argv[2]) : 1000; left > 0; left--) {
    uint32_t which = chance(sizeof examples / sizeof *examples);
    size_t size = examples[which].length;
    memcpy(input, examples[which].bytes, size);
    for (uint32_t changes = chance(6); changes > 0; changes--) {
      uint32_t at = 1 + chance((uint32_t)size);
      switch (chance(4)) {
        case 0:
          input[at] = (uint8_t)chance(256);
          break;
        case 1:
          input[at] = (uint8_t)"/.)\0( \n\377"[chance(8)];
          break;
        case 2: // a part of it, many times
          for (uint32_t times = chance(200); times > 0 && size + 32 < sizeof input; times--) {
            memcpy(input + size, input + size - (size > 32 ? 32 : size - 1), size > 32 ? 32 : size - 1);
            size += size > 32 ? 32 : size - 1;
          }
          break;
        default:
          size = at;
      }
    }
    LLVMFuzzerTestOneInput(input, size);
  }
  return 0;
}
#endif
