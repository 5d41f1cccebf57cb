// Each call that is stopped: whether it is about the file, and who answers it when.
#include "isolate.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool waits_for_end;
static struct seccomp_notif *call;
static size_t call_size;

bool begin_calls(void) {
  struct seccomp_notif_sizes sizes;
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return false;
  // A newer kernel may say more than is known here.
  call_size = sizes.seccomp_notif > sizeof *call ? sizes.seccomp_notif : sizeof *call;
  call = calloc(1, call_size);
  return call && sizes.seccomp_notif_resp <= sizeof(struct seccomp_notif_resp);
}

static struct waiter waiter_for(const struct seccomp_notif *one, enum purpose purpose) {
  return (struct waiter){.notification = one->id, .purpose = purpose, .process = process_of((pid_t)one->pid), .fd = (int)one->data.args[0]};
}

// What was written by a descriptor that is being closed, or synced, becomes part of the file before the call returns.
static void closing(const struct seccomp_notif *one, enum purpose purpose) {
  struct waiter waiter = waiter_for(one, purpose);
  struct handle *handle = handle_at(waiter.process, waiter.fd);
  int error = 0;
  if (waits_for_end && handle && handle->is_writer && (purpose == for_sync || is_open_elsewhere(handle, waiter.process, waiter.fd))) {
    go_on(one->id);
    return;
  }
  struct text *news = handle ? news_of(handle, &error) : NULL;
  if (error) {
    handle->is_error_told |= purpose == for_close;
    take_done(&waiter, handle, error);
    return;
  }
  bool waits = handle && (news ? commit(process_at(waiter.process), handle, news, false, &waiter) : join_commit(handle, &waiter));
  if (news && !waits) answer(one->id, 0, EIO);
  // It was refused when another process ended, and nobody has been told.
  else if (!waits && purpose == for_close && handle && is_refused(handle)) take_done(&waiter, handle, EBADMSG);
  else if (!waits) go_on(one->id);
  drop(news);
}

// Whatever is written and not closed becomes part of the file before anybody sees the end of its process.
static void exiting(const struct seccomp_notif *one) {
  pid_t id = process_of((pid_t)one->pid);
  for (struct handle *handle = all_handles(); handle; handle = handle->next) {
    // Another process goes on with it, and is told itself.
    if (!handle->is_writer || (handle->owner.id != id && is_with_owner(handle))) continue;
    int error;
    struct text *news = news_of(handle, &error);
    // What can't be read yet is decided upon when it is closed.
    if (news && news->length > 0) commit(process_or_root(handle->owner), handle, news, false, NULL);
    drop(news);
  }
  unsigned newest = newest_commit(false);
  if (newest > 0) delay(one, newest);
  else go_on(one->id);
}

static void truncated(const struct seccomp_notif *one, const char *path) {
  uint64_t length = one->data.args[1];
  struct process *process = process_at(process_of((pid_t)one->pid));
  struct stat stats;
  struct text *now = is_target(path) && is_ours_to_open(process->key.id, O_WRONLY) ? read_target(&stats) : NULL;
  if (!now) {
    go_on(one->id);
    return;
  }
  if (length == 0) {
    // Done by its next descriptor for writing: empty, it would be read as empty.
    process->cuts = true;
    answer(one->id, 0, 0);
  } else if (length > now->length) go_on(one->id);
  else {
    struct text *rest = new_text(now->bytes, (size_t)length);
    struct waiter waiter = waiter_for(one, for_truncate);
    learn(process, now, false);
    if (!commit(process, NULL, rest, false, &waiter)) answer(one->id, 0, EIO);
    drop(rest);
  }
  drop(now);
}

static bool flags_of(const struct seccomp_notif *one, int *flags, unsigned *mode) {
  const __u64 *x = one->data.args;
  int nr = one->data.nr;
#ifdef SYS_open
  if (nr == SYS_creat) { *flags = O_WRONLY | O_CREAT | O_TRUNC; *mode = (unsigned)x[1]; return true; }
  if (nr == SYS_open) { *flags = (int)x[1]; *mode = (unsigned)x[2]; return true; }
#endif
#ifdef SYS_openat2
  if (nr == SYS_openat2) {
    struct open_how how = {0};
    size_t size = x[3] < sizeof how ? (size_t)x[3] : sizeof how;
    if (read_memory((pid_t)one->pid, x[2], &how, size) != (ssize_t)size) return false;
    *flags = (int)how.flags;
    *mode = (unsigned)how.mode;
    return true;
  }
#endif
  (void)nr;
  *flags = (int)x[2];
  *mode = (unsigned)x[3];
  return true;
}

static bool is_link(const char *path) {
  struct stat s;
  return lstat(path, &s) == 0 && S_ISLNK(s.st_mode);
}

static void open_called(const struct seccomp_notif *one, const char *path) {
  int flags;
  unsigned mode;
  bool is_other = !flags_of(one, &flags, &mode) || flags & (O_PATH | O_DIRECTORY) || (flags & O_TMPFILE) == O_TMPFILE;
  if (is_other || !is_target(path) || (flags & O_NOFOLLOW && is_link(path))) {
    go_on(one->id);
    return;
  }
  unsigned late = newest_commit(true);
  if (late > 0) delay(one, late);
  else opened(one->id, process_of((pid_t)one->pid), flags, mode);
}

// Says once for each process that it can't be looked into.
static void note_unreadable(pid_t thread) {
  static struct key last;
  pid_t ignored;
  struct key key = key_of(process_of(thread), &ignored);
  if (errno != EPERM || (key.id == last.id && key.born == last.born)) return;
  last = key;
  char name[64], text[64] = "";
  snprintf(name, sizeof name, "/proc/%d/comm", key.id);
  ssize_t n = read_file(name, text, sizeof text);
  // Its name ends with a line.
  text[n > 0 ? n - 1 : 0] = 0;
  send_note("unreadable", text);
}

static bool path_argument(const struct seccomp_notif *one, int directory, int at, char *to) {
  // Twice the room: what is put before it.
  bool is_read = path_of((pid_t)one->pid, directory, one->data.args[at], to, 2 * PATH_MAX);
  int error = errno;
  if (is_read) return true;
  errno = error;
  if (error == EPERM) note_unreadable((pid_t)one->pid);
  return false;
}

static int directory_at(const struct seccomp_notif *one, int at) { return (int)(uint32_t)one->data.args[at]; }

// Whoever removes the file knows that nothing is left.
static void unlinked(const struct seccomp_notif *one, const char *path) {
  bool is_ours = is_named_target(path);
  unsigned late = is_ours ? newest_commit(true) : 0;
  // What was written before would come back by a commit that is still under way.
  if (late > 0) {
    delay(one, late);
    return;
  }
  if (is_ours && is_removable()) unlearn(process_at(process_of((pid_t)one->pid)));
  go_on(one->id);
}

void dispatch(const struct seccomp_notif *one) {
  static char from[2 * PATH_MAX], to[2 * PATH_MAX];
  switch (one->data.nr) {
    case SYS_exit_group:
      exiting(one);
      return;
    case SYS_close:
      closing(one, for_close);
      return;
    case SYS_fsync:
    case SYS_fdatasync:
      closing(one, for_sync);
      return;
    case SYS_fstat:
    case SYS_statx:
#ifdef SYS_newfstatat
    case SYS_newfstatat:
#endif
      if (!stat_called(one)) go_on(one->id);
      return;
    case SYS_flock:
    case SYS_fcntl:
      if (!lock_called(one)) go_on(one->id);
      return;
    case SYS_truncate:
      if (!path_argument(one, AT_FDCWD, 0, from)) break;
      truncated(one, from);
      return;
#ifdef SYS_open
    case SYS_open:
    case SYS_creat:
      if (!path_argument(one, AT_FDCWD, 0, from)) break;
      open_called(one, from);
      return;
    case SYS_unlink:
      if (!path_argument(one, AT_FDCWD, 0, from)) break;
      unlinked(one, from);
      return;
    case SYS_rename:
      if (!path_argument(one, AT_FDCWD, 0, from) || !path_argument(one, AT_FDCWD, 1, to)) break;
      renamed(one, from, to, 0);
      return;
#endif
#ifdef SYS_renameat
    case SYS_renameat:
#endif
    case SYS_renameat2:
      if (!path_argument(one, directory_at(one, 0), 1, from) || !path_argument(one, directory_at(one, 2), 3, to)) break;
      renamed(one, from, to, one->data.nr == SYS_renameat2 ? (unsigned)one->data.args[4] : 0);
      return;
    case SYS_unlinkat:
      if (!path_argument(one, directory_at(one, 0), 1, from)) break;
      unlinked(one, from);
      return;
    default: // those that open
      if (!path_argument(one, directory_at(one, 0), 1, from)) break;
      open_called(one, from);
      return;
  }
  go_on(one->id);
}

void take_ended(struct handle *handle) {
  int error;
  struct text *news = news_of(handle, &error);
  if (error && !handle->is_error_told) send_note("unsaved", strerror(error));
  bool is_told = news && handle->told && same_text(news, handle->told);
  if (error || is_told) {
    drop(news);
    return;
  }
  // Killed between cutting and writing: the file stays as it is.
  bool is_empty = news && news->length == 0;
  if (news && !is_empty) {
    if (!commit(process_or_root(handle->owner), handle, news, true, NULL)) send_note("late", "");
  } else if (!handle->has_real && handle->creates && !handle->done && (is_empty || !news)) {
    // Created, and left empty.
    int fd = open(target.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, handle->mode);
    if (fd >= 0) close(fd);
  } else if (is_empty) send_note("empty", "");
  drop(news);
}

void take_call(void) {
  memset(call, 0, call_size);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) != 0) return;
  // What was closed before this call comes first.
  take_ends(take_ended);
  dispatch(call);
}
