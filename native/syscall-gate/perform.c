// Makes a call in the program's place, so that what came of it is known; or foresees that, and lets the program make it.
#include "gate.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { content_max = 16 << 20 };

int answer(int listener, uint64_t notification, long value, int error, unsigned flags) {
  struct seccomp_notif_resp response = {.id = notification, .val = value, .error = -error, .flags = flags};
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void done(struct end *end, long value) {
  end->is_done = true;
  end->value = value < 0 ? 0 : value;
  end->error = value < 0 ? errno : 0;
}

// The program makes it itself, in a world that stands still: so it comes to what is found here.
static void foreseen(struct end *end, long value) {
  done(end, value);
  end->is_done = false;
}

// Gives a descriptor to the program, and answers its call with the number, in one step.
static long hand_over(int listener, const struct call *call, int fd, unsigned how) {
  struct seccomp_notif_addfd given = {.id = call->notification, .srcfd = (unsigned)fd, .flags = SECCOMP_ADDFD_FLAG_SEND, .newfd_flags = how & O_CLOEXEC};
  int number = free_descriptor(call->process);
  if (number >= 0) {
    given.newfd = (unsigned)number;
    given.flags |= SECCOMP_ADDFD_FLAG_SETFD;
  }
  long result = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given);
  if (result < 0 && number >= 0 && errno != ENOENT) {
    number = -1;
    given.newfd = 0;
    given.flags = SECCOMP_ADDFD_FLAG_SEND;
    result = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given);
  }
  if (number < 0) note("has too many files open to be looked at with", call->from.shown);
  return result;
}

static void open_for(int listener, const struct call *call, struct end *end) {
  if ((call->flags & O_TMPFILE) == O_TMPFILE) { note("makes a file without a name in", call->from.shown); foreseen(end, 0); return; }
  struct stat s;
  if (fstatat(call->from.directory, call->from.last, &s, 0) == 0 && S_ISFIFO(s.st_mode)) { note("opens a pipe:", call->from.shown); foreseen(end, 0); return; }
  mode_t before = umask(umask_of(call->process));
  int fd = openat(call->from.directory, call->from.last, call->flags | O_CLOEXEC | O_NOCTTY, call->mode);
  int error = errno;
  umask(before);
  errno = error;
  done(end, fd);
  if (fd < 0) return;
  name_file(end->file, sizeof end->file, fd);
  long given = hand_over(listener, call, fd, (unsigned)call->flags);
  end->value = given;
  if (given < 0) end->error = errno;
  close(fd);
}

static void keep_text(struct end *end, const void *text, size_t length) {
  end->text_length = length < text_max ? length : text_max;
  memcpy(end->text, text, end->text_length);
}

// Gathers what is to be written, or only its size. Returns -1 where it can't be seen.
static ssize_t gather(const struct call *call, char **content) {
  *content = NULL;
  struct iovec parts[iov_max];
  size_t count = 1;
  int nr = call->nr;
  if (nr == SYS_writev || nr == SYS_pwritev || nr == SYS_pwritev2 || nr == SYS_readv || nr == SYS_preadv || nr == SYS_preadv2) {
    count = (size_t)call->args[2];
    if (count > iov_max || read_memory(call->thread, call->args[1], parts, count * sizeof *parts) != (ssize_t)(count * sizeof *parts)) return -1;
  } else parts[0] = (struct iovec){(void *)(uintptr_t)call->args[1], (size_t)call->args[2]};
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    if (parts[i].iov_len > content_max - size) return -1;
    size += parts[i].iov_len;
  }
  if (strcmp(call->name, "write") != 0) return (ssize_t)size;
  *content = malloc(size + 1);
  if (!*content) return -1;
  size_t got = 0;
  for (size_t i = 0; i < count; i++) {
    size_t had = 0;
    while (had < parts[i].iov_len) {
      ssize_t k = read_memory(call->thread, (uint64_t)(uintptr_t)parts[i].iov_base + had, *content + got, parts[i].iov_len - had);
      if (k <= 0) { free(*content); *content = NULL; return -1; }
      had += (size_t)k;
      got += (size_t)k;
    }
  }
  return (ssize_t)size;
}

static void write_for(const struct call *call, int fd, struct end *end) {
  int nr = call->nr;
  if (nr == SYS_fallocate || nr == SYS_sendfile || nr == SYS_copy_file_range || nr == SYS_splice) { foreseen(end, 0); return; }
  char *content;
  ssize_t size = gather(call, &content);
  if (size < 0) { foreseen(end, 0); return; }
  bool is_at = nr == SYS_pwrite64 || nr == SYS_pwritev || nr == SYS_pwritev2;
  if (nr == SYS_pwritev2 && (int64_t)call->args[3] == -1) is_at = false;
  ssize_t n = is_at ? pwrite(fd, content, (size_t)size, (off_t)call->args[3]) : write(fd, content, (size_t)size);
  done(end, n);
  if (n > 0) keep_text(end, content, (size_t)n);
  free(content);
}

static void read_for(const struct call *call, int fd, struct end *end) {
  char *none;
  if (call->rule->shape == of_map) {
    bool writes = (call->args[2] & PROT_WRITE) && (call->args[3] & MAP_TYPE) != MAP_PRIVATE;
    if (writes) note("maps into its memory, to write:", call->from.shown);
    char text[text_max];
    ssize_t n = pread(fd, text, sizeof text, (off_t)call->args[5]);
    foreseen(end, 0);
    if (n > 0) keep_text(end, text, (size_t)n);
    return;
  }
  ssize_t size = call->rule->shape == of_copy ? text_max : gather(call, &none);
  off_t from = call->nr == SYS_pread64 || call->nr == SYS_preadv || call->nr == SYS_preadv2 ? (off_t)call->args[3] : lseek(fd, 0, SEEK_CUR);
  if (call->nr == SYS_preadv2 && from == -1) from = lseek(fd, 0, SEEK_CUR);
  if (size < 0 || from < 0) { foreseen(end, 0); return; }
  char *text = malloc((size_t)size + 1);
  if (!text) { foreseen(end, 0); return; }
  ssize_t n = pread(fd, text, (size_t)size, from);
  foreseen(end, n);
  if (n > 0) keep_text(end, text, (size_t)n);
  free(text);
}

// A lock of POSIX belongs to the process, so it can't be taken in its place: is there one in the way?
static bool is_taken(const struct call *call, int fd) {
  struct flock lock;
  if (read_memory(call->thread, call->args[2], &lock, sizeof lock) != (ssize_t)sizeof lock) return false;
  bool is_own = (int)call->args[1] == F_OFD_SETLK || (int)call->args[1] == F_OFD_SETLKW;
  lock.l_pid = 0;
  if (fcntl(fd, is_own ? F_OFD_GETLK : F_GETLK, &lock) != 0) return false;
  return lock.l_type != F_UNLCK && lock.l_pid != call->process;
}

static void lock_for(const struct call *call, int fd, struct end *end) {
  if (call->rule->shape == of_lock) {
    int r = flock(fd, (int)call->args[1] | LOCK_NB);
    done(end, r);
    if (r != 0 && errno == EWOULDBLOCK) end->would_wait = !call->is_trial;
    return;
  }
  foreseen(end, 0);
  if (strcmp(call->name, "unlock") == 0 || !is_taken(call, fd)) return;
  end->error = EAGAIN;
  end->would_wait = !call->is_trial;
}

static void duplicate(int listener, const struct call *call, int fd, struct end *end) {
  bool is_exec = call->rule->shape == of_fcntl && (int)call->args[1] == F_DUPFD_CLOEXEC;
  done(end, 0);
  long given = hand_over(listener, call, fd, is_exec ? O_CLOEXEC : 0);
  end->value = given;
  if (given < 0) end->error = errno;
}

static void by_descriptor(int listener, const struct call *call, struct end *end) {
  const char *name = call->name;
  int fd = borrow(call->process, call->fd);
  if (fd < 0) { foreseen(end, 0); return; }
  if (strcmp(name, "write") == 0) write_for(call, fd, end);
  else if (strcmp(name, "read") == 0) read_for(call, fd, end);
  else if (call->is_lock) lock_for(call, fd, end);
  else if (strcmp(name, "dup") == 0) duplicate(listener, call, fd, end);
  else if (strcmp(name, "ftruncate") == 0) done(end, ftruncate(fd, (off_t)call->args[1]));
  else if (strcmp(name, "fsync") == 0) done(end, fsync(fd));
  else if (strcmp(name, "fdatasync") == 0) done(end, fdatasync(fd));
  else if (strcmp(name, "fchmod") == 0) done(end, fchmod(fd, (mode_t)call->args[1]));
  else foreseen(end, 0);
  close(fd);
}

static void by_name(const struct call *call, struct end *end) {
  const struct place *a = &call->from, *b = &call->to;
  const uint64_t *x = call->args;
  const char *name = call->name;
  struct stat s;
  if (strcmp(name, "rename") == 0) {
    unsigned flags = call->nr == SYS_renameat2 ? (unsigned)x[4] : 0;
    if (flags & 2) note("exchanges two files:", a->shown);
    done(end, syscall(SYS_renameat2, a->directory, a->last, b->directory, b->last, flags));
  } else if (strcmp(name, "link") == 0)
    done(end, linkat(a->directory, a->last, b->directory, b->last, call->nr == SYS_linkat ? (int)x[4] & AT_SYMLINK_FOLLOW : 0));
  else if (strcmp(name, "unlink") == 0) done(end, unlinkat(a->directory, a->last, 0));
  else if (strcmp(name, "rmdir") == 0) done(end, unlinkat(a->directory, a->last, AT_REMOVEDIR));
  else if (strcmp(name, "mkdir") == 0) {
    mode_t before = umask(umask_of(call->process));
    long r = mkdirat(a->directory, a->last, (mode_t)(call->nr == SYS_mkdirat ? x[2] : x[1]));
    int error = errno;
    umask(before);
    errno = error;
    done(end, r);
  } else if (strcmp(name, "symlink") == 0) {
    char text[PATH_MAX];
    if (!read_text(call->thread, x[0], text, sizeof text)) foreseen(end, 0);
    else done(end, symlinkat(text, a->directory, a->last));
  } else if (strcmp(name, "truncate") == 0) {
    int fd = openat(a->directory, a->last, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    done(end, fd < 0 ? -1 : ftruncate(fd, (off_t)x[1]));
    if (fd >= 0) close(fd);
  } else if (strcmp(name, "readlink") == 0) {
    ssize_t n = readlinkat(a->directory, a->last, end->text, sizeof end->text);
    foreseen(end, n);
    end->text_length = n > 0 ? (size_t)n : 0;
  } else {
    bool follows = name[0] != 'l';
    foreseen(end, fstatat(a->directory, a->last, &s, follows ? 0 : AT_SYMLINK_NOFOLLOW));
    if (end->error == 0) {
      int n = snprintf(end->text, sizeof end->text, "%lld %o", (long long)(S_ISREG(s.st_mode) ? s.st_size : 0), s.st_mode);
      end->text_length = n > 0 ? (size_t)n : 0;
    }
  }
}

/// Makes a call, or foresees it. Its answer is sent by the caller, but for a descriptor, which is given together with it.
void perform(int listener, const struct call *call, struct end *end) {
  memset(end, 0, sizeof *end);
  if (strcmp(call->name, "open") == 0) open_for(listener, call, end);
  else if (call->fd >= 0) by_descriptor(listener, call, end);
  else by_name(call, end);
}
