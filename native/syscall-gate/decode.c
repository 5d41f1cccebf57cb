// What a call is about: which file, to do what.
#include "gate.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void name_file(char *to, size_t size, int fd) {
  struct stat s;
  if (fstat(fd, &s) == 0) snprintf(to, size, "%llx:%llu", (unsigned long long)s.st_dev, (unsigned long long)s.st_ino);
  else snprintf(to, size, "?");
}

static bool open_file(struct call *call, int fd, bool anywhere) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/%d/fd/%d", call->process, fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return false;
  path[n] = 0;
  // Not a pipe, a socket, or memory.
  if (path[0] != '/' || (!anywhere && !is_watched_path(path))) return false;
  int own = open(link, O_PATH | O_CLOEXEC);
  if (own < 0) return false;
  name_file(call->file, sizeof call->file, own);
  close(own);
  call->fd = fd;
  char *gone = strstr(path, " (deleted)");
  if (gone) *gone = 0;
  snprintf(call->from.shown, sizeof call->from.shown, "%s", path);
  return true;
}

static int directory_of(uint64_t argument) { return (int)(uint32_t)argument; }

static bool at(struct call *call, struct place *place, int directory, uint64_t path) {
  return locate(place, call->thread, call->process, directory, path);
}

static bool flags_of_open(struct call *call) {
  const uint64_t *x = call->args;
#ifdef SYS_open
  if (call->nr == SYS_creat) { call->flags = O_WRONLY | O_CREAT | O_TRUNC; call->mode = (unsigned)x[1]; return true; }
  if (call->nr == SYS_open) { call->flags = (int)x[1]; call->mode = (unsigned)x[2]; return true; }
#endif
#ifdef SYS_openat2
  if (call->nr == SYS_openat2) {
    struct open_how how = {0};
    size_t size = x[3] < sizeof how ? (size_t)x[3] : sizeof how;
    if (read_memory(call->thread, x[2], &how, size) != (ssize_t)size) return false;
    call->flags = (int)how.flags;
    call->mode = (unsigned)how.mode;
    return true;
  }
#endif
  call->flags = (int)x[2];
  call->mode = (unsigned)x[3];
  return true;
}

// A descriptor with an empty path is a call on the open file.
static bool is_of_open_file(struct call *call) {
  char first = 1;
  if (call->nr == SYS_utimensat && call->args[1] == 0) { call->name = "futimes"; return true; }
  if (read_memory(call->thread, call->args[1], &first, 1) != 1 || first != 0) return false;
  if (call->nr == SYS_fchownat) { call->name = "fchown"; return true; }
  return false;
}

static bool decode_lock(struct call *call) {
  call->is_lock = true;
  if (call->rule->shape == of_lock) {
    int how = (int)call->args[1];
    call->is_trial = how & LOCK_NB;
    call->is_shared = (how & ~LOCK_NB) == LOCK_SH;
    if ((how & ~LOCK_NB) == LOCK_UN) call->name = "unlock";
    return open_file(call, directory_of(call->args[0]), true);
  }
  int command = (int)call->args[1];
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) { call->is_lock = false; call->name = "dup"; return open_file(call, directory_of(call->args[0]), false); }
  struct flock lock;
  if (read_memory(call->thread, call->args[2], &lock, sizeof lock) != (ssize_t)sizeof lock) return false;
  call->is_trial = command == F_SETLK || command == F_OFD_SETLK;
  call->is_shared = lock.l_type == F_RDLCK;
  if (lock.l_type == F_UNLCK) call->name = "unlock";
  return open_file(call, directory_of(call->args[0]), true);
}

static bool looks_only(const struct call *call) {
  if (strcmp(call->name, "open") == 0) return (call->flags & (O_CREAT | O_TRUNC | O_ACCMODE)) == 0;
  return strcmp(call->name, "stat") == 0 || strcmp(call->name, "lstat") == 0 || strcmp(call->name, "access") == 0 || strcmp(call->name, "readlink") == 0;
}

// A home has much in it that programs look at when they start, and that has nothing to do with the file.
static bool is_of_interest(const struct call *call, const struct place *place) {
  if (place->directory < 0 || !place->is_watched) return false;
  bool is_directory = strcmp(place->shown, watched.directory) == 0;
  if (strcmp(call->name, "watch") == 0) return true;
  if (!looks_only(call)) return !is_directory;
  if (is_directory) return !watched.is_home && strcmp(call->name, "open") == 0;
  const char *name = strrchr(place->shown, '/');
  return !watched.is_home || (name && strstr(name, watched.stem));
}

/// Finds out what a call is about. Returns false for one that concerns nothing that is watched: it is let go.
bool decode(struct call *call) {
  const uint64_t *x = call->args;
  call->name = call->rule->name;
  call->from.directory = call->to.directory = -1;
  call->from.shown[0] = call->to.shown[0] = call->file[0] = 0;
  call->fd = -1;
  call->is_lock = call->is_shared = call->is_trial = false;
  call->flags = 0;
  bool first = true;
  switch (call->rule->shape) {
    case of_path:
      first = at(call, &call->from, AT_FDCWD, x[0]);
      break;
    case of_at:
      if (is_of_open_file(call)) return open_file(call, directory_of(x[0]), false);
      first = at(call, &call->from, directory_of(x[0]), x[1]);
      break;
    case of_two:
      first = at(call, &call->from, AT_FDCWD, x[0]) & at(call, &call->to, AT_FDCWD, x[1]);
      break;
    case of_two_at:
      first = at(call, &call->from, directory_of(x[0]), x[1]) & at(call, &call->to, directory_of(x[2]), x[3]);
      break;
    case of_second:
      first = at(call, &call->from, AT_FDCWD, x[1]);
      break;
    case of_link_at:
      first = at(call, &call->from, directory_of(x[1]), x[2]);
      break;
    case of_fd:
    case of_dup:
      return open_file(call, directory_of(x[0]), false);
    case of_map:
      return open_file(call, directory_of(x[4]), false);
    case of_copy: {
      int in = call->nr == SYS_sendfile ? (int)x[1] : (int)x[0], out = call->nr == SYS_sendfile ? (int)x[0] : (int)x[2];
      if (open_file(call, out, false)) return true;
      call->name = "read";
      return open_file(call, in, false);
    }
    case of_lock:
    case of_fcntl:
      return decode_lock(call);
  }
  if (strcmp(call->rule->name, "open") == 0 && !flags_of_open(call)) first = false;
#ifdef AT_REMOVEDIR
  if (call->nr == SYS_unlinkat && (x[2] & AT_REMOVEDIR)) call->name = "rmdir";
#endif
  if (call->nr == SYS_newfstatat && (x[3] & AT_SYMLINK_NOFOLLOW)) call->name = "lstat";
  if (call->nr == SYS_statx && (x[2] & AT_SYMLINK_NOFOLLOW)) call->name = "lstat";
  if (call->nr == SYS_fchownat && (x[4] & AT_SYMLINK_NOFOLLOW)) call->name = "lchown";
  if (call->nr == SYS_utimensat && (x[3] & AT_SYMLINK_NOFOLLOW)) call->name = "lutimes";
  if (first && (is_of_interest(call, &call->from) || is_of_interest(call, &call->to))) return true;
  let_go(&call->from);
  let_go(&call->to);
  return false;
}
