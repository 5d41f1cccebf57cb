#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t read_file(const char *name, char *to, size_t size) {
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = read(fd, to, size - 1);
  close(fd);
  if (n >= 0) to[n] = 0;
  return n;
}

long status_field(const char *text, const char *field, int base) {
  const char *at = strstr(text, field);
  return at ? strtol(at + strlen(field), NULL, base) : -1;
}

long status_of(pid_t thread, const char *field, int base) {
  char name[64], text[4096];
  snprintf(name, sizeof name, "/proc/%d/status", thread);
  return read_file(name, text, sizeof text) > 0 ? status_field(text, field, base) : -1;
}

// Most threads are of the process that was asked for last. The kernel says whether one is for much less than a whole status.
pid_t process_of(pid_t thread) {
  static pid_t last;
  int error = errno;
  bool is_same = last > 0 && (syscall(SYS_tgkill, last, thread, 0) == 0 || errno == EPERM);
  errno = error;
  if (is_same) return last;
  long found = status_of(thread, "\nTgid:", 10);
  if (found <= 0) return thread;
  last = (pid_t)found;
  return last;
}

mode_t umask_of(pid_t process) {
  long found = status_of(process, "\nUmask:", 8);
  return found >= 0 ? (mode_t)found : 022;
}

ssize_t read_memory(pid_t thread, uint64_t at, void *to, size_t size) {
  struct iovec own = {to, size}, theirs = {(void *)(uintptr_t)at, size};
  return process_vm_readv(thread, &own, 1, &theirs, 1, 0);
}

ssize_t write_memory(pid_t thread, uint64_t at, const void *from, size_t size) {
  struct iovec own = {(void *)(uintptr_t)from, size}, theirs = {(void *)(uintptr_t)at, size};
  return process_vm_writev(thread, &own, 1, &theirs, 1, 0);
}

// Page by page: it may end right before one that is not there.
bool read_text(pid_t thread, uint64_t at, char *to, size_t size) {
  size_t got = 0;
  while (got < size) {
    size_t n = 4096 - (size_t)((at + got) & 4095);
    if (n > size - got) n = size - got;
    ssize_t k = read_memory(thread, at + got, to + got, n);
    if (k <= 0) return false;
    if (memchr(to + got, 0, (size_t)k)) return true;
    got += (size_t)k;
  }
  errno = ENAMETOOLONG;
  return false;
}

/// Returns the last free descriptor of a process from `high_first` on, or -1. The program itself takes the first: the last is free
/// also a moment later.
int free_descriptor(pid_t process) {
  struct rlimit limit;
  int end = high_end;
  if (prlimit(process, RLIMIT_NOFILE, NULL, &limit) == 0 && limit.rlim_cur < high_end) end = (int)limit.rlim_cur;
  for (int n = end - 1; n >= high_first; n--) {
    char name[64];
    struct stat s;
    snprintf(name, sizeof name, "/proc/%d/fd/%d", process, n);
    if (lstat(name, &s) != 0) return n;
  }
  return -1;
}

bool has_what_it_needs(void) {
  struct rlimit limit;
  if (access("/proc/self/status", R_OK) != 0) {
    fprintf(stderr, "there is no /proc\n");
    return false;
  }
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max <= high_first) {
    fprintf(stderr, "a process may open %llu files only, and %d are needed (ulimit -Hn)\n", (unsigned long long)limit.rlim_max, high_end);
    return false;
  }
  return true;
}

/// Descriptors from 900 on must be allowed.
void allow_high_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= high_end) return;
  limit.rlim_cur = limit.rlim_max < high_end ? limit.rlim_max : high_end;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool send_fd(int socket, int fd, int with) {
  char control[CMSG_SPACE(sizeof fd)];
  memset(control, 0, sizeof control);
  struct iovec part = {&with, sizeof with};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof with;
}

int receive_fd(int socket, int *with) {
  char control[CMSG_SPACE(sizeof(int))];
  int value;
  struct iovec part = {&value, sizeof value};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t n;
  do n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
  while (n < 0 && errno == EINTR);
  if (n != (ssize_t)sizeof value || !CMSG_FIRSTHDR(&message)) return -1;
  if (with) *with = value;
  int fd;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}
