// What can be found out about the program that waits: its memory, its directories, its descriptors.
#include "gate.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct watched watched;

/// True for the directory, for what lies in it, and for what lies in a directory in it that has the file's name in its own.
bool is_watched_path(const char *path) {
  size_t n = strlen(watched.directory);
  if (strncmp(path, watched.directory, n) != 0) return false;
  if (path[n] == 0) return true;
  if (path[n] != '/') return false;
  const char *name = path + n + 1, *slash = strchr(name, '/');
  if (!slash) return true;
  char first[NAME_MAX + 1];
  snprintf(first, sizeof first, "%.*s", (int)(slash - name), name);
  return strstr(first, watched.stem) != NULL;
}

void let_go(struct place *place) {
  if (place->directory >= 0) close(place->directory);
  place->directory = -1;
}

static int base_of(pid_t thread, pid_t process, int directory) {
  char name[64];
  if (directory == AT_FDCWD) snprintf(name, sizeof name, "/proc/%d/cwd", thread);
  else snprintf(name, sizeof name, "/proc/%d/fd/%d", process, directory);
  return open(name, O_PATH | O_CLOEXEC);
}

/// Opens the directory that a path's last name is in, as the program sees it. Returns false where there is none.
bool locate(struct place *place, pid_t thread, pid_t process, int directory, uint64_t at) {
  place->directory = -1;
  place->is_watched = false;
  char path[PATH_MAX], whole[PATH_MAX + 64];
  errno = 0;
  if (!read_text(thread, at, path, sizeof path)) {
    // It has made itself unreadable, as programs with secrets do: of root alone nothing is hidden.
    if (errno == EPERM) note("can't be looked into, so its calls are not seen:", "a process");
    return false;
  }
  if (*path == 0) return false;
  // "self" would be this process.
  if (strncmp(path, "/proc/self/", 11) == 0) snprintf(whole, sizeof whole, "/proc/%d/%s", process, path + 11);
  else if (strncmp(path, "/dev/fd/", 8) == 0) snprintf(whole, sizeof whole, "/proc/%d/fd/%s", process, path + 8);
  else snprintf(whole, sizeof whole, "%s", path);
  size_t n = strlen(whole);
  bool has_slash = false;
  while (n > 1 && whole[n - 1] == '/') { whole[--n] = 0; has_slash = true; }
  char *slash = strrchr(whole, '/'), *last = slash ? slash + 1 : whole;
  bool is_whole = strcmp(last, ".") == 0 || strcmp(last, "..") == 0 || *last == 0;
  if (!is_whole && strlen(last) > NAME_MAX) return false;
  snprintf(place->last, sizeof place->last, "%.*s%s", NAME_MAX, is_whole ? "." : last, has_slash && !is_whole ? "/" : "");
  const char *above = whole;
  if (!is_whole) {
    if (!slash) above = ".";
    else if (slash == whole) above = "/";
    else *slash = 0;
  }
  int base = whole[0] == '/' || above[0] == '/' ? -1 : base_of(thread, process, directory);
  if (base < 0 && above[0] != '/') return false;
  place->directory = openat(base, above, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (base >= 0) close(base);
  if (place->directory < 0) return false;
  char link[64], real[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", place->directory);
  ssize_t length = readlink(link, real, sizeof real - 1);
  if (length < 0) { let_go(place); return false; }
  real[length] = 0;
  int size = is_whole ? snprintf(place->shown, sizeof place->shown, "%s", real)
                      : snprintf(place->shown, sizeof place->shown, "%s/%.*s", strcmp(real, "/") == 0 ? "" : real, NAME_MAX, last);
  if (size < 0 || (size_t)size >= sizeof place->shown) { let_go(place); return false; }
  place->is_watched = is_watched_path(place->shown);
  return true;
}

/// A descriptor of our own for the very open file, with its offset and its locks. To be closed at once: a lock lives as long.
int borrow(pid_t process, int fd) {
  int handle = (int)syscall(SYS_pidfd_open, process, 0);
  if (handle < 0) return -1;
  int own = (int)syscall(SYS_pidfd_getfd, handle, fd, 0);
  int error = errno;
  close(handle);
  errno = error;
  return own;
}
