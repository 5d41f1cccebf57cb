// Stops a program, of any language, before each call on one file and on what lies beside it. See main.c for the protocol.
#ifndef SYSCALL_GATE_H
#define SYSCALL_GATE_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "../common/bpf.h"
#include "../common/process.h"
#include <limits.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A shell moves descriptors to 0, 1 and 2, and scripts name those up to 9: `exec 9>file`. Calls on these are looked at, too.
enum { stdio_end = 3, named_end = 10 };
enum { waiting_max = 128, text_max = 4096, iov_max = 64 };

// Which arguments of a call say what it is about.
enum shape {
  of_path,      // (path)
  of_at,        // (directory, path)
  of_two,       // (path, path)
  of_two_at,    // (directory, path, directory, path)
  of_second,    // (text or descriptor, path)
  of_link_at,   // (text, directory, path)
  of_fd,        // (fd)
  of_copy,      // in and out
  of_map,       // mmap
  of_lock,      // flock
  of_fcntl,     // fcntl
  of_dup        // dup, dup2, dup3
};

struct rule {
  int nr;
  const char *name; // as the harness knows it
  enum shape shape;
  int below; // of_fd: of the low descriptors those below this one are looked at, too
};
extern const struct rule rules[];
extern const int rule_count;
const struct rule *rule_of(int nr);

// A name in a directory that is held open, so nothing can be put in its place.
struct place {
  int directory; // -1: none
  char last[NAME_MAX + 2];
  char shown[PATH_MAX]; // the directory's real path and the name
  bool is_watched;
};

// A call that waits.
struct call {
  uint64_t notification;
  unsigned number;
  pid_t thread, process;
  const struct rule *rule;
  const char *name;
  int nr;
  uint64_t args[6];
  struct place from, to;
  int fd;              // -1: none
  char file[64];       // device and inode of the open file
  int flags;           // of open
  unsigned mode;       // of open
  bool is_lock, is_shared, is_trial; // of a lock: it does not wait
};

// What was watched for.
struct watched {
  char directory[PATH_MAX], stem[NAME_MAX + 1];
  bool is_home; // much else is in the directory: only what has the stem in its name is looked at
};
extern struct watched watched;

// How a call ended; `is_done` is false where the program makes it itself.
struct end {
  bool is_done, would_wait;
  long value;
  int error;
  char file[64];
  char text[text_max];
  size_t text_length;
};

int install_filter(void);

bool locate(struct place *place, pid_t thread, pid_t process, int directory, uint64_t path);
void let_go(struct place *place);
bool is_watched_path(const char *path);
int borrow(pid_t process, int fd);

bool decode(struct call *call);
void name_file(char *to, size_t size, int fd);
void perform(int listener, const struct call *call, struct end *end);
int answer(int listener, uint64_t notification, long value, int error, unsigned flags);

bool is_quiet(pid_t own, const struct call *waiting, int count);
int kill_all(pid_t own);
bool shows_children(void);
bool is_sleeping(pid_t own);

void say_call(const struct call *call);
void say_end(const struct call *call, const struct end *end);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note(const char *words, const char *path);
extern int reports;

#endif
