// The private files that the program has open in place of the real one.
#include "isolate.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_SETLEASE
#define F_SETLEASE 1024
#endif

// After that, another call, or the end of all, looks again.
enum { retried_ms = 1000 };
static struct handle *handles;
static int events = -1;
static dev_t device; // of all private files

struct handle *all_handles(void) { return handles; }
int handle_events(void) { return events; }

static int new_memory(void) {
  int fd = memfd_create("holdfast", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  return fd >= 0 || errno != EINVAL ? fd : memfd_create("holdfast", MFD_CLOEXEC);
}

bool begin_handles(void) {
  events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  int fd = new_memory();
  struct stat s;
  if (events < 0 || fd < 0 || fstat(fd, &s) != 0) return false;
  device = s.st_dev;
  close(fd);
  return true;
}

static int open_again(int fd, int flags) {
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  return open(name, flags | O_CLOEXEC);
}

static bool write_all(int fd, const struct text *text) {
  for (size_t n = 0; n < text->length;) {
    ssize_t k = pwrite(fd, text->bytes + n, text->length - n, (off_t)n);
    if (k <= 0) return false;
    n += (size_t)k;
  }
  return ftruncate(fd, (off_t)text->length) == 0;
}

int new_handle(struct key owner, struct text *content, int flags, const struct stat *real, struct handle **made) {
  int how = flags & O_ACCMODE, memory = new_memory();
  struct handle *handle = calloc(1, sizeof *handle);
  if (memory < 0 || !handle) goto failed;
  bool is_cut = (flags & O_TRUNC) != 0;
  if (!is_cut && !write_all(memory, content)) goto failed;
  // Its owner can read and write it in any case: what is allowed was asked before.
  if (fchmod(memory, real ? (real->st_mode & 0777) | 0600 : 0600) != 0) goto failed;
  if (real) futimens(memory, (struct timespec[2]){real->st_atim, real->st_mtim});
  int given = open_again(memory, how | (flags & (O_APPEND | O_NONBLOCK)));
  int view = open_again(memory, O_RDONLY);
  struct stat s;
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", view);
  if (given < 0 || view < 0 || fstat(view, &s) != 0) {
    if (given >= 0) close(given);
    if (view >= 0) close(view);
    goto failed;
  }
  // Before it is watched: our own end is no event.
  close(memory);
  memory = -1;
  int watch = inotify_add_watch(events, name, how != O_RDONLY ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
  if (watch < 0) {
    // Its end would not be seen.
    int error = errno;
    close(given);
    close(view);
    errno = error;
    goto failed;
  }
  *handle = (struct handle){.next = handles, .inode = s.st_ino, .watch = watch, .view = view, .is_writer = how != O_RDONLY, .cuts = is_cut, .owner = owner, .given = keep(content), .lock = -1};
  if (real) handle->real = *real;
  handle->has_real = real != NULL;
  handles = handle;
  *made = handle;
  return given;
failed:;
  int error = errno;
  if (memory >= 0) close(memory);
  free(handle);
  errno = error;
  return -1;
}

struct handle *handle_at(pid_t process, int fd) {
  char name[64];
  struct stat s;
  if (!handles) return NULL;
  snprintf(name, sizeof name, "/proc/%d/fd/%d", process, fd);
  if (stat(name, &s) != 0 || s.st_dev != device) return NULL;
  for (struct handle *handle = handles; handle; handle = handle->next)
    if (handle->inode == s.st_ino) return handle;
  return NULL;
}

// A lease to read is refused while anybody can write, be it by a mapping alone.
static bool has_writers(const struct handle *handle) {
  if (fcntl(handle->view, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  fcntl(handle->view, F_SETLEASE, F_UNLCK);
  return false;
}

static void forget(struct handle *handle) {
  for (struct handle **at = &handles; *at; at = &(*at)->next)
    if (*at == handle) {
      *at = handle->next;
      break;
    }
  forget_handle(handle);
  unlock(handle);
  inotify_rm_watch(events, handle->watch);
  close(handle->view);
  drop(handle->given);
  drop(handle->asked);
  drop(handle->done);
  drop(handle->refused);
  drop(handle->told);
  free(handle);
}

static struct handle *by_watch(int watch) {
  for (struct handle *handle = handles; handle; handle = handle->next)
    if (handle->watch == watch) return handle;
  return NULL;
}

// The kernel says that a file is closed before it lets go of the right to write, and says so once. Whoever closes may be stopped
// in between: its end would never be seen.
bool has_ends_to_try(void) {
  for (struct handle *handle = handles; handle; handle = handle->next)
    if (handle->closed_at > 0 && now_ms() - handle->closed_at < retried_ms) return true;
  return false;
}

static void try_ends(void (*ended)(struct handle *handle)) {
  for (struct handle *handle = handles, *next; handle; handle = next) {
    next = handle->next;
    if (handle->closed_at == 0 || has_writers(handle)) continue;
    ended(handle);
    forget(handle);
  }
}

void take_ends(void (*ended)(struct handle *handle)) {
  try_ends(ended);
  char buffer[4096] __attribute__((aligned(8)));
  ssize_t n;
  while ((n = read(events, buffer, sizeof buffer)) > 0)
    for (char *at = buffer; at < buffer + n;) {
      const struct inotify_event *event = (const void *)at;
      at += sizeof *event + event->len;
      struct handle *handle = event->mask & IN_CLOSE ? by_watch(event->wd) : NULL;
      if (!handle) continue;
      if (handle->is_writer && has_writers(handle)) {
        handle->closed_at = now_ms();
        continue;
      }
      if (handle->is_writer) ended(handle);
      forget(handle);
    }
}

struct text *news_of(struct handle *handle, int *error) {
  *error = 0;
  if (!handle->is_writer) return NULL;
  struct text *text = text_of_fd(handle->view);
  if (!text) {
    *error = errno ? errno : EIO;
    return NULL;
  }
  bool is_old = handle->done ? same_text(text, handle->done) : !handle->cuts && same_text(text, handle->given);
  bool is_known = (handle->asked && same_text(text, handle->asked)) || (handle->refused && same_text(text, handle->refused));
  if (is_old || is_known) {
    drop(text);
    return NULL;
  }
  return text;
}

bool is_refused(const struct handle *handle) {
  struct text *text = handle->refused ? text_of_fd(handle->view) : NULL;
  bool is_same = text && same_text(text, handle->refused);
  drop(text);
  return is_same;
}

/// Puts a newer text into a private file in which nothing was written yet. Returns false for another one.
bool refill(struct handle *handle, struct text *text) {
  if (handle->is_writer && (handle->cuts || handle->done)) return false;
  struct text *now = text_of_fd(handle->view);
  bool is_unwritten = now && same_text(now, handle->given);
  drop(now);
  int fd = is_unwritten ? open_again(handle->view, O_WRONLY) : -1;
  if (fd < 0) return false;
  bool is_done = write_all(fd, text);
  close(fd);
  drop(handle->given);
  handle->given = keep(text);
  return is_done;
}

static bool is_this(const struct handle *handle, const char *name) {
  struct stat s;
  return stat(name, &s) == 0 && s.st_dev == device && s.st_ino == handle->inode;
}

static bool has_it_open(const struct handle *handle, pid_t process, int but) {
  char name[300];
  snprintf(name, sizeof name, "/proc/%d/fd", process);
  DIR *all = opendir(name);
  bool is_found = false;
  for (struct dirent *entry; !is_found && all && (entry = readdir(all));) {
    if (*entry->d_name == '.' || atoi(entry->d_name) == but) continue;
    snprintf(name, sizeof name, "/proc/%d/fd/%s", process, entry->d_name);
    is_found = is_this(handle, name);
  }
  if (all) closedir(all);
  return is_found;
}

static bool has_it_mapped(const struct handle *handle, pid_t process) {
  char name[64], line[512];
  snprintf(name, sizeof name, "/proc/%d/maps", process);
  FILE *maps = fopen(name, "re");
  bool is_found = false;
  while (maps && !is_found && fgets(line, sizeof line, maps)) {
    unsigned long inode = 0;
    is_found = sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1 && inode == handle->inode && strstr(line, "/memfd:holdfast");
  }
  if (maps) fclose(maps);
  return is_found;
}

bool is_with_owner(const struct handle *handle) {
  pid_t ignored;
  struct key key = key_of(handle->owner.id, &ignored);
  return key.born == handle->owner.born && (has_it_open(handle, key.id, -1) || has_it_mapped(handle, key.id));
}

/// Can anybody still write, but for that one descriptor? For what can't be read: it may not be all yet.
bool is_open_elsewhere(const struct handle *handle, pid_t process, int fd) {
  DIR *all = opendir("/proc");
  bool is_found = false;
  for (struct dirent *entry; !is_found && all && (entry = readdir(all));) {
    pid_t one = (pid_t)atoi(entry->d_name);
    if (one > 0 && one != getpid()) is_found = has_it_open(handle, one, one == process ? fd : -1) || has_it_mapped(handle, one);
  }
  if (all) closedir(all);
  return is_found;
}
