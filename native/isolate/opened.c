// What the program gets when it opens the file, and what its renames do.
#include "isolate.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void give_new(uint64_t notification, struct process *process, struct text *content, int flags, unsigned mode, const struct stat *real) {
  struct handle *handle;
  int fd = new_handle(process->key, content, flags, real, &handle);
  if (fd < 0) {
    answer(notification, 0, errno);
    return;
  }
  if (!real) {
    handle->creates = true;
    handle->mode = (mode_t)(mode & 0777) & ~umask_of(process->key.id);
  }
  give(notification, process->key.id, fd, flags);
  // The program's own is the last now. If it got none, the watch sees the end of it at once.
  close(fd);
}

/// A reader gets a snapshot, and a writer a private file.
void opened(uint64_t notification, pid_t id, int flags, unsigned mode) {
  int how = flags & O_ACCMODE;
  if (!is_ours_to_open(id, how)) {
    go_on(notification);
    return;
  }
  struct stat real;
  struct text *now = read_target(&real);
  if (!now && errno == EFBIG) send_note("large", "");
  if (!now && errno != ENOENT) {
    go_on(notification);
    return;
  }
  if (now && flags & O_CREAT && flags & O_EXCL) {
    drop(now);
    answer(notification, 0, EEXIST);
    return;
  }
  bool is_there = now != NULL;
  if (!now) now = new_text("", 0);
  struct process *process = process_at(id);
  if (!is_there && !(flags & O_CREAT)) {
    learn(process, now, false);
    drop(now);
    go_on(notification);
    return;
  }
  if (how != O_RDONLY && process->cuts) {
    process->cuts = false;
    flags |= O_TRUNC;
  }
  struct text *content = now;
  if (how == O_WRONLY && !(flags & O_APPEND)) {
    // It writes over what it has read, not over what has come since.
    if (is_there && !(flags & O_TRUNC) && process->own.count > 0) content = process->own.all[process->own.count - 1].text;
  } else if (!(flags & O_TRUNC)) learn(process, now, false);
  if (how == O_RDONLY && flags & O_TRUNC) {
    process->cuts = true;
    flags &= ~O_TRUNC;
    content = new_text("", 0);
    drop(now);
    now = content;
  }
  give_new(notification, process, content, flags, mode, is_there ? &real : NULL);
  drop(now);
}

// The old file is moved away before the new one comes: a copy goes, so it is never missing.
static bool copy_away(const struct text *text, const char *to) {
  char place[2 * PATH_MAX + 32];
  snprintf(place, sizeof place, "%s.%d.tmp", to, getpid());
  int fd = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  size_t n = 0;
  for (ssize_t k; n < text->length && (k = write(fd, text->bytes + n, text->length - n)) > 0;) n += (size_t)k;
  close(fd);
  if (n == text->length && rename(place, to) == 0) return true;
  unlink(place);
  return false;
}

static void moved_away(const struct seccomp_notif *call, const char *to, unsigned flags) {
  struct process *process = process_at(process_of((pid_t)call->pid));
  struct stat stats;
  struct text *now = flags == 0 && process->own.count > 0 && is_ours_to_open(process->key.id, O_RDWR) ? read_target(&stats) : NULL;
  if (now && copy_away(now, to)) answer(call->id, 0, 0);
  else {
    // It is missing then, and what was read of it is no base for what takes its place.
    if (is_removable() && is_on_same_disk(to)) unlearn(process);
    go_on(call->id);
  }
  drop(now);
}

// What is renamed onto the file is merged into it.
void renamed(const struct seccomp_notif *call, const char *from, const char *to, unsigned flags) {
  bool is_from = is_named_target(from), is_to = is_named_target(to);
  struct stat stats;
  // What was written before comes back otherwise, when the file is gone.
  unsigned late = is_from ? newest_commit(true) : 0;
  if (late > 0) {
    delay(call, late);
    return;
  }
  if (is_from && !is_to && flags != RENAME_EXCHANGE) {
    moved_away(call, to, flags);
    return;
  }
  // One of us commits that way, and the kernel refuses what would replace another.
  bool is_plain = is_from || !is_to || is_from_intents(from) || (flags & RENAME_EXCHANGE) || ((flags & RENAME_NOREPLACE) && access(target.path, F_OK) == 0);
  int fd = is_plain ? -1 : open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  bool is_file = fd >= 0 && fstat(fd, &stats) == 0 && S_ISREG(stats.st_mode) && is_on_same_disk(from);
  pid_t id = process_of((pid_t)call->pid);
  errno = 0;
  struct text *text = is_file && is_ours_to_open(id, O_RDONLY) ? text_of_fd(fd) : NULL;
  int error = errno;
  if (fd >= 0) close(fd);
  if (is_file && !text && (error == EFBIG || error == ENOMEM || error == EIO)) {
    // It would replace what is there.
    if (error == EFBIG) send_note("large", "");
    answer(call->id, 0, error);
    return;
  }
  if (!text) {
    if (is_to && (flags & RENAME_EXCHANGE)) send_note("exchanged", "");
    go_on(call->id);
    return;
  }
  struct waiter waiter = {.notification = call->id, .purpose = for_rename, .process = id};
  bool fits = (size_t)snprintf(waiter.path, sizeof waiter.path, "%s", from) < sizeof waiter.path;
  if (!fits || !commit(process_at(id), NULL, text, false, &waiter)) answer(call->id, 0, EIO);
  drop(text);
}
