// How calls that were stopped go on.
#include "isolate.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int listener = -1;

void answer(uint64_t notification, long value, int error) {
  struct seccomp_notif_resp response = {.id = notification, .val = error ? 0 : value, .error = -error};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void go_on(uint64_t notification) {
  struct seccomp_notif_resp response = {.id = notification, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/// Gives a descriptor to the program, and answers its call with the number, in one step.
void give(uint64_t notification, pid_t process, int fd, int flags) {
  struct seccomp_notif_addfd given = {.id = notification, .srcfd = (unsigned)fd, .flags = SECCOMP_ADDFD_FLAG_SEND, .newfd_flags = (unsigned)(flags & O_CLOEXEC)};
  int number = free_descriptor(process);
  if (number >= 0) {
    given.newfd = (unsigned)number;
    given.flags |= SECCOMP_ADDFD_FLAG_SETFD;
  }
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) >= 0 || errno == ENOENT) return;
  // It has no high ones left: its close is seen by the watch alone.
  given.newfd = 0;
  given.flags = SECCOMP_ADDFD_FLAG_SEND;
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0 && errno != ENOENT) answer(notification, 0, EMFILE);
}

// Calls that wait until a commit, and all before it, are done: whoever has closed a file sees its own write.
static struct delayed {
  struct delayed *next;
  struct seccomp_notif call;
  unsigned after;
} *delayed;

/// Has a call wait until that commit, and all before it, are done.
void delay(const struct seccomp_notif *one, unsigned after) {
  struct delayed *entry = malloc(sizeof *entry);
  if (!entry) {
    go_on(one->id);
    return;
  }
  *entry = (struct delayed){delayed, *one, after};
  delayed = entry;
}

void go_on_waiting(void) {
  struct delayed *all = delayed;
  delayed = NULL;
  while (all) {
    struct delayed *one = all;
    all = one->next;
    if (!is_done_up_to(one->after)) {
      one->next = delayed;
      delayed = one;
      continue;
    }
    if (one->call.data.nr == SYS_exit_group) go_on(one->call.id);
    // It may have been killed meanwhile, and its number be that of another process.
    else if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &one->call.id) == 0) dispatch(&one->call);
    free(one);
  }
}

void let_delayed_go(void) {
  for (struct delayed *one = delayed, *next; one; one = next) {
    next = one->next;
    go_on(one->call.id);
    free(one);
  }
  delayed = NULL;
}

// Linux closes a descriptor also where close fails. Ours becomes one of nothing, as only the program itself can close it.
static void fail_close(const struct waiter *waiter, int error) {
  int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  struct seccomp_notif_addfd given = {.id = waiter->notification, .srcfd = (unsigned)fd, .newfd = (unsigned)waiter->fd, .flags = SECCOMP_ADDFD_FLAG_SETFD, .newfd_flags = O_CLOEXEC};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given);
  close(fd);
  answer(waiter->notification, 0, error);
}

// The parent's word for what can't be parsed is no errno of a program's.
static int refusal(int error) {
  if (error != EBADMSG) return error;
  send_note("refused", "");
  return EIO;
}

void take_done(const struct waiter *waiter, struct handle *handle, int error) {
  switch (waiter->purpose) {
    case for_close:
      // What can't be parsed may not be all yet.
      if (error == EBADMSG && handle && is_open_elsewhere(handle, waiter->process, waiter->fd)) {
        drop(handle->refused);
        drop(handle->told);
        handle->refused = handle->told = NULL;
        error = 0;
      }
      if (error) fail_close(waiter, refusal(error));
      else go_on(waiter->notification);
      return;
    case for_sync:
      if (error == EBADMSG && handle) {
        // It writes on.
        drop(handle->refused);
        handle->refused = NULL;
      }
      if (error && error != EBADMSG) answer(waiter->notification, 0, error);
      else go_on(waiter->notification);
      return;
    case for_rename:
      // The source is the only copy while the file is missing: the kernel itself renames it then.
      if (error == 0 && access(target.path, F_OK) != 0) {
        go_on(waiter->notification);
        return;
      }
      if (error == 0) unlink(waiter->path);
      answer(waiter->notification, 0, refusal(error));
      return;
    case for_truncate:
      answer(waiter->notification, 0, refusal(error));
      return;
    case for_unlock:
      if (handle) unlock(handle);
      answer(waiter->notification, 0, 0);
      return;
    case for_exit:
    case for_itself:
      return;
  }
}
