// Runs a program, and stops it before each call on one file, and on what lies beside it: seccomp user notification. No root, no
// ptrace; all that the program starts is stopped, too.
//
//   syscall-gate DIRECTORY STEM own|home PATIENCE_MS -- command args...
//   syscall-gate --check          is all there that it needs? Says what is missing, and ends with 1.
//
// DIRECTORY is the real path of the file's directory, STEM what the names of its locks and copies have in them. In a home much
// else lies beside the file: there, calls that only look are stopped at such names alone. Descriptor 3 is read for orders, a line each, descriptor 4 gets reports, a line of JSON each:
//
//   {"call":1,"name":"open","process":12,"path":"/dir/file","flags":"r"}     a thread waits before this call
//   {"stop":1}                                                          and nothing else goes on: orders, please
//   go 1                    make it           fail 1 5      it fails with errno 5           kill       all are killed
//   {"end":1,"value":900,"error":0,"file":"1a:77","text":"..."}         how it ended; "waits" for a lock that another one holds:
//                                                                       it has not been made, and can be ordered again
//   {"note":"..."}                                                      it did something that can't be stopped
//   {"exit":0,"signal":0}                                               the program has ended; {"gone":0}: and all it started
//   {"silent":"sleeping"}                                               nothing has come for so long; or "running"
#include "gate.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { orders_fd = 3, reports_fd = 4, grace_ms = 2000, restless_ms = 1000, locked_max = 64 };

static struct call waiting[waiting_max];
static int waiting_count;
static unsigned numbers;
static int listener;
// Files on which a lock was asked for: to close one lets its locks go.
static char locked[locked_max][64];
static int locked_count;
static struct seccomp_notif *notification;
static size_t notification_size;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static pid_t start(char **command) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) return -1;
  pid_t child = fork();
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    allow_high_descriptors();
    int fd = install_filter();
    if (fd < 0) _exit(126);
    if (!send_fd(pair[1], fd, 0)) _exit(126);
    close(fd);
    close(pair[0]);
    close(pair[1]);
    if (!command) {
      int own = open("/dev/null", O_RDONLY);
      _exit(own >= high_first ? 0 : 1);
    }
    close(orders_fd);
    close(reports_fd);
    execvp(command[0], command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
  }
  close(pair[1]);
  listener = child < 0 ? -1 : receive_fd(pair[0], NULL);
  close(pair[0]);
  return child;
}

static bool make_room(void) {
  struct seccomp_notif_sizes sizes;
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return false;
  // A newer kernel may say more than is known here.
  notification_size = sizes.seccomp_notif > sizeof *notification ? sizes.seccomp_notif : sizeof *notification;
  notification = calloc(1, notification_size);
  return notification && sizes.seccomp_notif_resp <= sizeof(struct seccomp_notif_resp);
}

static bool receive(struct call *call) {
  memset(notification, 0, notification_size);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) != 0) return false;
  memset(call, 0, sizeof *call);
  call->from.directory = call->to.directory = -1;
  call->notification = notification->id;
  call->thread = (pid_t)notification->pid;
  call->process = process_of(call->thread);
  call->nr = notification->data.nr;
  call->rule = rule_of(call->nr);
  for (int i = 0; i < 6; i++) call->args[i] = notification->data.args[i];
  return true;
}

static void let_program(uint64_t id) { answer(listener, id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE); }

// A descriptor that goes where calls are not looked at.
static void note_duplicate(const struct call *call) {
  int to = (int)call->args[1];
  if (to >= named_end && to < high_first) note("is used by another descriptor, of which calls are not seen:", call->from.shown);
}

static bool is_locked(const char *file) {
  for (int i = 0; i < locked_count; i++)
    if (strcmp(locked[i], file) == 0) return true;
  return false;
}

static void remember_lock(const char *file) {
  if (!is_locked(file) && locked_count < locked_max) memcpy(locked[locked_count++], file, sizeof *locked);
}

// What is of interest, and yet nothing that another one could notice, is not stopped.
static bool is_silent(const struct call *call) {
  if (call->rule->shape == of_dup || strcmp(call->name, "dup") == 0 || strcmp(call->name, "watch") == 0) return true;
  return strcmp(call->name, "close") == 0 && !is_locked(call->file);
}

static void pass(struct call *call) {
  struct end end;
  if (strcmp(call->name, "dup") == 0) {
    perform(listener, call, &end);
    if (!end.error && end.is_done) return;
  }
  if (call->rule->shape == of_dup && strcmp(call->name, "dup") != 0) note_duplicate(call);
  if (strcmp(call->name, "watch") == 0) note("is told of changes by inotify:", call->from.shown);
  let_program(call->notification);
}

// A signal can make a call begin anew: then it is the same one, under another id.
static bool replaces_one(const struct call *call) {
  for (int i = 0; i < waiting_count; i++)
    if (waiting[i].thread == call->thread) {
      waiting[i].notification = call->notification;
      return true;
    }
  return false;
}

static void take_call(void) {
  struct call call;
  if (!receive(&call)) return;
  bool is_ours = call.rule && decode(&call);
  // Only now is it sure that what was read is its memory, and not that of another process with its number.
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.notification) != 0) is_ours = false;
  if (is_ours && replaces_one(&call)) is_ours = true;
  else if (is_ours && is_silent(&call)) pass(&call);
  else if (is_ours && waiting_count < waiting_max) {
    if (call.is_lock) remember_lock(call.file);
    if (strcmp(call.name, "close") == 0) call.name = "unlock";
    call.number = ++numbers;
    say_call(&call);
    waiting[waiting_count++] = call;
    return;
  } else let_program(call.notification);
  let_go(&call.from);
  let_go(&call.to);
}

static struct call *find(unsigned number) {
  for (int i = 0; i < waiting_count; i++)
    if (waiting[i].number == number) return &waiting[i];
  return NULL;
}

static void forget(struct call *call) {
  let_go(&call->from);
  let_go(&call->to);
  *call = waiting[--waiting_count];
  // In the order in which they came.
  for (struct call *one = call; one + 1 < waiting + waiting_count && one[0].number > one[1].number; one++) {
    struct call other = one[0];
    one[0] = one[1];
    one[1] = other;
  }
}

static void go(struct call *call) {
  struct end end;
  perform(listener, call, &end);
  say_end(call, &end);
  if (end.would_wait) return;
  bool is_given = strcmp(call->name, "open") == 0 && end.is_done && end.error == 0;
  if (!is_given) {
    if (end.is_done) answer(listener, call->notification, end.value, end.error, 0);
    else let_program(call->notification);
  }
  forget(call);
}

static void fail(struct call *call, int error) {
  struct end end = {.is_done = true, .error = error};
  say_end(call, &end);
  answer(listener, call->notification, 0, error, 0);
  forget(call);
}

// Returns false at the end of the orders.
static bool take_orders(void) {
  static char text[4096];
  static size_t have;
  ssize_t n = read(orders_fd, text + have, sizeof text - have - 1);
  if (n <= 0) return false;
  have += (size_t)n;
  text[have] = 0;
  for (char *end; (end = strchr(text, '\n'));) {
    *end = 0;
    unsigned number;
    int error;
    struct call *call = NULL;
    if (sscanf(text, "go %u", &number) == 1 && (call = find(number))) go(call);
    else if (sscanf(text, "fail %u %d", &number, &error) == 2 && (call = find(number))) fail(call, error);
    else if (strcmp(text, "kill") == 0) return false;
    else say("{\"refused\":\"no such order\"}\n");
    have -= (size_t)(end + 1 - text);
    memmove(text, end + 1, have + 1);
  }
  return true;
}

static bool has_calls(void) {
  struct pollfd one = {listener, POLLIN, 0};
  return poll(&one, 1, 0) > 0 && (one.revents & POLLIN);
}

// All are killed, and waited for: what they were at is over, and nothing of theirs is left to come.
static void end_all(pid_t child) {
  (void)child;
  struct pollfd gone = {listener, POLLIN, 0};
  do {
    kill_all(getpid());
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    if (poll(&gone, 1, 5) > 0 && (gone.revents & POLLIN)) {
      struct call call;
      // One that came before its thread was killed is never made.
      receive(&call);
    }
  } while (!(gone.revents & POLLHUP));
  while (waitpid(-1, NULL, 0) > 0) {}
}

static int run(pid_t child, double patience) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  int ended = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  bool is_told = false, has_ended = false;
  double since = now_ms(), restless = 0;
  for (;;) {
    // Who waits is looked at again and again until all others sleep: nothing says so when it happens.
    bool looks = waiting_count > 0 && !is_told;
    struct pollfd all[3] = {{listener, POLLIN, 0}, {ended, POLLIN, 0}, {orders_fd, POLLIN, 0}};
    int left = looks ? 0 : is_told ? -1 : has_ended ? 100 : 1000;
    if (poll(all, 3, left) < 0 && errno != EINTR) return 70;
    if (all[1].revents & POLLIN) {
      struct signalfd_siginfo info;
      while (read(ended, &info, sizeof info) == (ssize_t)sizeof info) {}
      int status;
      for (pid_t one; (one = waitpid(-1, &status, WNOHANG)) > 0;)
        if (one == child) {
          has_ended = true;
          since = now_ms();
          say("{\"exit\":%d,\"signal\":%d}\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        }
    }
    if (all[0].revents & POLLIN) {
      take_call();
      restless = 0;
      is_told = false;
      continue;
    }
    if (all[0].revents & POLLHUP) {
      if (has_ended) break;
      continue;
    }
    if (all[2].revents & (POLLIN | POLLHUP)) {
      if (!take_orders()) {
        end_all(child);
        break;
      }
      is_told = false;
      restless = 0;
      since = now_ms();
      continue;
    }
    if (looks) {
      if (restless == 0) restless = now_ms();
      bool is_still = is_quiet(getpid(), waiting, waiting_count) && !has_calls();
      if (is_still || now_ms() - restless > restless_ms) {
        is_told = true;
        say("{\"stop\":%d}\n", waiting_count);
      } else usleep(100);
    } else if (!is_told && has_ended && now_ms() - since > grace_ms) {
      int count = kill_all(getpid());
      if (count > 0) note("was killed, as it stayed after the command:", "a process in the background");
      end_all(child);
      break;
    } else if (!is_told && !has_ended && now_ms() - since > patience) {
      is_told = true;
      say("{\"silent\":\"%s\"}\n", is_sleeping(getpid()) ? "sleeping" : "running");
    }
  }
  say("{\"gone\":0}\n");
  return 0;
}

static int check(void) {
  if (!has_what_it_needs()) return 1;
  if (!shows_children()) {
    fprintf(stderr, "the kernel does not show which processes another one has started (CONFIG_PROC_CHILDREN)\n");
    return 1;
  }
  pid_t child = start(NULL);
  if (child < 0 || listener < 0) {
    fprintf(stderr, "the kernel has no seccomp user notification, or does not allow it here (Linux 5.14 or newer)\n");
    return 1;
  }
  struct call call;
  int status = 1;
  bool is_received = receive(&call);
  if (is_received) {
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct seccomp_notif_addfd given = {.id = call.notification, .srcfd = (unsigned)fd, .newfd = high_first, .flags = SECCOMP_ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0) kill(child, SIGKILL);
    close(fd);
  } else kill(child, SIGKILL);
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    printf("syscall-gate ok\n");
    return 0;
  }
  fprintf(stderr, "the kernel can't hand over a descriptor by seccomp (Linux 5.14 or newer)\n");
  return 1;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  if (!make_room()) {
    fprintf(stderr, "the kernel has no seccomp user notification (Linux 5.14 or newer)\n");
    return 1;
  }
  if (argc == 2 && strcmp(argv[1], "--check") == 0) return check();
  if (argc < 7 || strcmp(argv[5], "--") != 0) {
    fprintf(stderr, "usage: syscall-gate DIRECTORY STEM own|home PATIENCE_MS -- command args...\n");
    return 2;
  }
  snprintf(watched.directory, sizeof watched.directory, "%s", argv[1]);
  snprintf(watched.stem, sizeof watched.stem, "%s", argv[2]);
  watched.is_home = strcmp(argv[3], "home") == 0;
  reports = reports_fd;
  fcntl(orders_fd, F_SETFD, FD_CLOEXEC);
  fcntl(reports_fd, F_SETFD, FD_CLOEXEC);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  // What a dead process has started belongs to us: all can be found, and killed.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t child = start(argv + 6);
  if (child < 0 || listener < 0) {
    fprintf(stderr, "seccomp: the filter could not be installed\n");
    return 126;
  }
  return run(child, atof(argv[4]));
}
