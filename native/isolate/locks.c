// Locks on the file itself. Everybody has a private one, so the lock that counts is one on its directory: it stays the same,
// while the file is another one after each commit.
#include "isolate.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Those that wait, the first first.
static struct wish {
  struct wish *next;
  struct seccomp_notif call;
  int kind;
} *wishes;

bool has_waiting_locks(void) { return wishes != NULL; }

void unlock(struct handle *handle) {
  if (handle->lock >= 0) close(handle->lock);
  handle->lock = -1;
}

static int open_directory(void) {
  char directory[PATH_MAX];
  snprintf(directory, sizeof directory, "%s", target.path);
  *strrchr(directory, '/') = 0;
  return open(*directory ? directory : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// The operation of flock that a call asks for, or -1.
static int kind_of(const struct seccomp_notif *call, bool *waits) {
  if (call->data.nr == SYS_flock) {
    int how = (int)call->data.args[1];
    *waits = !(how & LOCK_NB);
    return how & ~LOCK_NB;
  }
  int command = (int)call->data.args[1];
  struct flock lock;
  if (read_memory((pid_t)call->pid, call->data.args[2], &lock, sizeof lock) != (ssize_t)sizeof lock) return -1;
  *waits = command == F_SETLKW || command == F_OFD_SETLKW;
  // A part of it counts as the whole.
  return lock.l_type == F_UNLCK ? LOCK_UN : lock.l_type == F_RDLCK ? LOCK_SH : LOCK_EX;
}

// What another one has written under the lock is there when it is granted.
static void refresh(struct handle *handle, pid_t process) {
  struct stat stats;
  struct text *now = read_target(&stats);
  if (now && !same_text(now, handle->given) && refill(handle, now)) learn(process_at(process), now, false);
  drop(now);
}

static int try_lock(struct handle *handle, pid_t process, int kind) {
  bool is_new = handle->lock < 0;
  if (is_new) handle->lock = open_directory();
  if (handle->lock < 0) return errno;
  if (flock(handle->lock, kind | LOCK_NB) == 0) {
    refresh(handle, process);
    return 0;
  }
  int error = errno;
  if (is_new) unlock(handle);
  return error;
}

static void release(const struct seccomp_notif *call, struct handle *handle, pid_t process) {
  struct waiter waiter = {.notification = call->id, .purpose = for_unlock, .process = process};
  int error = 0;
  struct text *news = handle->lock >= 0 ? news_of(handle, &error) : NULL;
  // What was written under the lock is part of the file before the next one has it.
  bool waits = news ? news->length > 0 && commit(process_at(process), handle, news, false, &waiter) : join_commit(handle, &waiter);
  drop(news);
  if (waits) return;
  unlock(handle);
  answer(call->id, 0, 0);
}

/// Answers a call that locks a private file. Returns false for another one.
bool lock_called(const struct seccomp_notif *call) {
  pid_t process = process_of((pid_t)call->pid);
  struct handle *handle = handle_at(process, (int)call->data.args[0]);
  bool waits = false;
  int kind = handle ? kind_of(call, &waits) : -1;
  if (kind < 0 || (kind != LOCK_UN && kind != LOCK_SH && kind != LOCK_EX)) return false;
  if (kind == LOCK_UN) {
    release(call, handle, process);
    return true;
  }
  int error = try_lock(handle, process, kind);
  struct wish *wish = error == EWOULDBLOCK && waits ? malloc(sizeof *wish) : NULL;
  if (!wish) {
    answer(call->id, 0, error);
    return true;
  }
  *wish = (struct wish){NULL, *call, kind};
  struct wish **end = &wishes;
  while (*end) end = &(*end)->next;
  *end = wish;
  return true;
}

static unsigned long set_of(const char *text, const char *field) {
  const char *at = strstr(text, field);
  return at ? strtoul(at + strlen(field), NULL, 16) : 0;
}

// The kernel's word for a call that a signal interrupts: it begins anew, or ends with EINTR, as the handler was installed.
enum { restart_after_signal = 512 };

// Does a signal wait that the program wants to handle? A call that is stopped is interrupted by none, but for its death. One that was
// sent to the process waits for any of its threads: another one may take it, and this one would find nothing.
static bool is_interrupted(pid_t thread) {
  char name[64], text[4096];
  snprintf(name, sizeof name, "/proc/%d/status", thread);
  if (read_file(name, text, sizeof text) <= 0) return false;
  unsigned long pending = set_of(text, "\nSigPnd:");
  if (status_field(text, "\nThreads:", 10) == 1) pending |= set_of(text, "\nShdPnd:");
  return (pending & ~set_of(text, "\nSigBlk:") & set_of(text, "\nSigCgt:")) != 0;
}

/// Nothing says when a lock of another process ends, so it is tried again and again.
void try_locks(void) {
  for (struct wish **at = &wishes; *at;) {
    struct wish *wish = *at;
    bool is_there = ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &wish->call.id) == 0;
    pid_t process = is_there ? process_of((pid_t)wish->call.pid) : 0;
    struct handle *handle = is_there ? handle_at(process, (int)wish->call.data.args[0]) : NULL;
    int error = handle ? try_lock(handle, process, wish->kind) : EBADF;
    if (is_there && error == EWOULDBLOCK && !is_interrupted((pid_t)wish->call.pid)) {
      at = &wish->next;
      continue;
    }
    if (error == EWOULDBLOCK) error = restart_after_signal;
    if (is_there) answer(wish->call.id, 0, error);
    *at = wish->next;
    free(wish);
  }
}

void let_locks_go(void) {
  for (struct wish *one = wishes, *next; one; one = next) {
    next = one->next;
    go_on(one->call.id);
    free(one);
  }
  wishes = NULL;
  for (struct handle *handle = all_handles(); handle; handle = handle->next) unlock(handle);
}
