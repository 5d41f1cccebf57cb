// When nobody is left who commits: calls go on as if there were no filter. What was being written fails, and never silently.
#include "isolate.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_private_file(pid_t process, int fd) {
  char name[64], where[64], text[256];
  snprintf(name, sizeof name, "/proc/%d/fd/%d", process, fd);
  ssize_t n = readlink(name, where, sizeof where - 1);
  if (n <= 0) return false;
  where[n] = 0;
  if (strncmp(where, "/memfd:holdfast", 15) != 0) return false;
  snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", process, fd);
  if (read_file(name, text, sizeof text) <= 0) *text = 0;
  return (status_field(text, "flags:", 8) & O_ACCMODE) != O_RDONLY;
}

void let_all_go(void) {
  struct seccomp_notif_sizes sizes;
  if (listener < 0 || syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return;
  size_t size = sizes.seccomp_notif > sizeof(struct seccomp_notif) ? sizes.seccomp_notif : sizeof(struct seccomp_notif);
  struct seccomp_notif *call = calloc(1, size);
  struct pollfd one = {listener, POLLIN, 0};
  while (call && !((poll(&one, 1, -1) > 0) && (one.revents & (POLLHUP | POLLERR | POLLNVAL)) && !(one.revents & POLLIN))) {
    if (!(one.revents & POLLIN)) continue;
    memset(call, 0, size);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) != 0) continue;
    bool is_write = call->data.nr == SYS_close || call->data.nr == SYS_fsync || call->data.nr == SYS_fdatasync;
    if (is_write && is_private_file((pid_t)call->pid, (int)call->data.args[0])) answer(call->id, 0, EIO);
    else go_on(call->id);
  }
  free(call);
}
