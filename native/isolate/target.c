// Which of all the paths that a program uses are the file.
#include "isolate.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct target target;
// As it was given, and with symbolic links resolved.
static struct {
  dev_t device;
  ino_t inode;
  char name[NAME_MAX + 1];
} names[2];

static bool add_name(int at, const char *path) {
  char directory[PATH_MAX];
  struct stat s;
  const char *slash = strrchr(path, '/');
  size_t n = (size_t)(slash - path);
  if (strlen(slash + 1) > NAME_MAX || n >= sizeof directory) return false;
  memcpy(directory, path, n);
  directory[n] = 0;
  if (stat(n == 0 ? "/" : directory, &s) != 0) return false;
  names[at].device = s.st_dev;
  names[at].inode = s.st_ino;
  snprintf(names[at].name, sizeof names[at].name, "%s", slash + 1);
  return true;
}

/// @param given absolute; it need not exist, but its directory must
bool find_target(const char *given) {
  if (*given != '/' || !add_name(0, given)) return false;
  if (!realpath(given, target.path)) {
    char directory[PATH_MAX], real[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", given);
    char *slash = strrchr(directory, '/');
    *slash = 0;
    if (!realpath(*directory ? directory : "/", real)) return false;
    int n = snprintf(target.path, sizeof target.path, "%s/%s", strcmp(real, "/") == 0 ? "" : real, slash + 1);
    if (n < 0 || (size_t)n >= sizeof target.path) return false;
  }
  int n = snprintf(target.beside, sizeof target.beside, "%s.intents", strrchr(target.path, '/') + 1);
  return n > 0 && (size_t)n < sizeof target.beside && add_name(1, target.path);
}

int open_target(void) {
  // A pipe in its place must not stop us.
  return open(target.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

struct text *read_target(struct stat *stats) {
  int fd = open_target();
  if (fd < 0) return NULL;
  struct text *text = NULL;
  if (fstat(fd, stats) == 0) {
    if (S_ISREG(stats->st_mode)) text = text_of_fd(fd);
    else errno = EISDIR;
  }
  int error = errno;
  close(fd);
  errno = error;
  return text;
}

bool path_of(pid_t thread, int directory, uint64_t at, char *to, size_t size) {
  char path[PATH_MAX];
  errno = 0;
  if (!read_text(thread, at, path, sizeof path)) return false;
  int n;
  // "self" would be this process.
  if (strncmp(path, "/proc/self/", 11) == 0) n = snprintf(to, size, "/proc/%d/%s", thread, path + 11);
  else if (strncmp(path, "/dev/fd/", 8) == 0) n = snprintf(to, size, "/proc/%d/fd/%s", thread, path + 8);
  else if (*path == '/') n = snprintf(to, size, "/proc/%d/root%s", thread, path);
  else if (directory == AT_FDCWD) n = snprintf(to, size, "/proc/%d/cwd/%s", thread, path);
  else n = snprintf(to, size, "/proc/%d/fd/%d/%s", thread, directory, path);
  return n > 0 && (size_t)n < size;
}

static bool directory_of(const char *path, char *to, size_t size) {
  const char *slash = strrchr(path, '/');
  return slash && (size_t)snprintf(to, size, "%.*s/", (int)(slash - path), path) < size;
}

bool is_named_target(const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return false;
  for (int i = 0; i < 2; i++) {
    if (strcmp(slash + 1, names[i].name) != 0) continue;
    char directory[2 * PATH_MAX];
    struct stat s;
    if (!directory_of(path, directory, sizeof directory) || stat(directory, &s) != 0) continue;
    // The one name may be in the directory of the other.
    for (int j = i; j < 2; j++)
      if (s.st_dev == names[j].device && s.st_ino == names[j].inode && strcmp(slash + 1, names[j].name) == 0) return true;
  }
  return false;
}

bool is_target(const char *path) {
  struct stat here, there;
  if (stat(path, &here) == 0) {
    if (!S_ISREG(here.st_mode)) return false;
    if (stat(target.path, &there) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino) return true;
  }
  return is_named_target(path);
}

// A store of ours commits by a rename out of the directory of its intent, which it may have open.
bool is_from_intents(const char *path) {
  char directory[2 * PATH_MAX], real[PATH_MAX], part[NAME_MAX + 3];
  snprintf(part, sizeof part, "/%.*s/", NAME_MAX, target.beside);
  return directory_of(path, directory, sizeof directory) && realpath(directory, real) && strstr(real, part);
}

bool is_on_same_disk(const char *path) {
  char directory[2 * PATH_MAX];
  struct stat here, there;
  if (!directory_of(path, directory, sizeof directory) || stat(directory, &here) != 0) return false;
  return directory_of(target.path, directory, sizeof directory) && stat(directory, &there) == 0 && here.st_dev == there.st_dev;
}

// Another user, or one who is not allowed to: the kernel says so itself.
bool is_ours_to_open(pid_t process, int how) {
  char name[64], text[4096];
  snprintf(name, sizeof name, "/proc/%d/status", process);
  if (read_file(name, text, sizeof text) <= 0) return false;
  unsigned effective;
  const char *at = strstr(text, "\nUid:");
  if (!at || sscanf(at + 5, "%*u %u", &effective) != 1 || effective != geteuid()) return false;
  int wanted = how == O_RDONLY ? R_OK : how == O_WRONLY ? W_OK : R_OK | W_OK;
  return faccessat(AT_FDCWD, target.path, wanted, AT_EACCESS) == 0 || errno == ENOENT;
}

bool is_removable(void) {
  char directory[2 * PATH_MAX];
  struct stat s;
  return lstat(target.path, &s) != 0 || (directory_of(target.path, directory, sizeof directory) && faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0);
}
