// The program and all that it has started: is any of them still at work?
#include "gate.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { depth_max = 64 };

static char state_of(pid_t process, pid_t thread) {
  char name[96], text[1024];
  snprintf(name, sizeof name, "/proc/%d/task/%d/stat", process, thread);
  if (read_file(name, text, sizeof text) <= 0) return 'X';
  const char *end = strrchr(text, ')');
  return end && end[1] ? end[2] : 'X';
}

// Who has called vfork sleeps until its child has begun another program, and the child may be one that waits.
static bool is_in_vfork(pid_t process, pid_t thread) {
  char name[96], text[256];
  snprintf(name, sizeof name, "/proc/%d/task/%d/syscall", process, thread);
  if (read_file(name, text, sizeof text) <= 0) return false;
  long nr = strtol(text, NULL, 10);
  if (nr == SYS_clone) return true;
#ifdef SYS_vfork
  if (nr == SYS_vfork) return true;
#endif
#ifdef SYS_clone3
  if (nr == SYS_clone3) return true;
#endif
  return false;
}

typedef bool visit(pid_t process, pid_t thread, void *with);

// Goes through all threads below a process. Returns false as soon as a visit does.
static bool each(pid_t process, bool is_own, visit *go, void *with, int depth) {
  char name[96];
  snprintf(name, sizeof name, "/proc/%d/task", process);
  DIR *threads = depth > depth_max ? NULL : opendir(name);
  if (!threads) return true;
  bool goes_on = true;
  for (struct dirent *entry; goes_on && (entry = readdir(threads));) {
    pid_t thread = (pid_t)atoi(entry->d_name);
    if (thread <= 0) continue;
    if (!is_own) goes_on = go(process, thread, with);
    char place[96], text[4096];
    snprintf(place, sizeof place, "/proc/%d/task/%d/children", process, thread);
    if (!goes_on || read_file(place, text, sizeof text) <= 0) continue;
    for (char *at = text, *end; goes_on; at = end) {
      pid_t child = (pid_t)strtol(at, &end, 10);
      if (end == at) break;
      goes_on = each(child, false, go, with, depth + 1);
    }
  }
  closedir(threads);
  return goes_on;
}

struct waiters {
  const struct call *waiting;
  int count;
};

static bool rests(pid_t process, pid_t thread, void *with) {
  const struct waiters *waiters = with;
  for (int i = 0; i < waiters->count; i++)
    if (waiters->waiting[i].thread == thread) return true;
  switch (state_of(process, thread)) {
    case 'R':
    case 'W':
      return false;
    case 'D':
      return is_in_vfork(process, thread);
    default:
      return true;
  }
}

/// True if the kernel says which processes another one has started.
bool shows_children(void) {
  char name[64];
  snprintf(name, sizeof name, "/proc/self/task/%d/children", getpid());
  return access(name, R_OK) == 0;
}

/// True if all but those that wait sleep: nothing happens until one of them goes on.
bool is_quiet(pid_t own, const struct call *waiting, int count) {
  struct waiters waiters = {waiting, count};
  return each(own, true, rests, &waiters, 0);
}

bool is_sleeping(pid_t own) { return is_quiet(own, NULL, 0); }

static bool kill_one(pid_t process, pid_t thread, void *with) {
  (void)thread;
  if (kill(process, SIGKILL) == 0) ++*(int *)with;
  return true;
}

/// Kills all below a process. Returns how many there were.
int kill_all(pid_t own) {
  int count = 0;
  each(own, true, kill_one, &count, 0);
  return count;
}
