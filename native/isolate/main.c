// Starts the program, and the two that look after it: one that keeps its calls from failing if the other one should die, and
// that other one, which works. The worker is an ancestor of all that the program starts, or it might not look into their memory.
//
//   isolate [--to-its-end] FILE -- command args...     descriptor 3 leads to the parent: see README.md
//   isolate --check                     is all there that it needs? Says what is missing, and ends with 1.
#include "isolate.h"
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

enum { lock_ms = 3 };
static const int passed_on[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};
static sigset_t before;

double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

// What a terminal sends reaches the program by itself, and stops nobody who has to answer it.
static int take_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) sigaddset(&set, passed_on[i]);
  sigprocmask(SIG_BLOCK, &set, &before);
  signal(SIGTSTP, SIG_IGN);
  signal(SIGTTIN, SIG_IGN);
  signal(SIGTTOU, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void give_signals_back(void) {
  signal(SIGTSTP, SIG_DFL);
  signal(SIGTTIN, SIG_DFL);
  signal(SIGTTOU, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &before, NULL);
}

static void pass_signals(int signals, pid_t to) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
    if (info.ssi_signo != SIGCHLD && info.ssi_code <= 0 && to > 0) kill(to, (int)info.ssi_signo);
}

static int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Runs the command, or opens a file where there is none. Never returns.
static void run_program(char **command, int to_worker, int failure) {
  if (command) give_signals_back();
  allow_high_descriptors();
  int fd = install_filter();
  int error = errno;
  if (fd < 0 || !send_fd(to_worker, fd, 0)) {
    if (write(failure, &error, sizeof error) < 0) _exit(125);
    _exit(126);
  }
  close(fd);
  if (!command) _exit(open("/dev/null", O_RDONLY) >= high_first ? 0 : 1);
  execvp(command[0], command);
  error = errno;
  if (write(failure, &error, sizeof error) < 0) _exit(125);
  _exit(127);
}

struct started {
  pid_t program;
  int failure; // readable: an errno, or the end
};

static struct started start(char **command) {
  int pair[2], failure[2];
  struct started started = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) || pipe2(failure, O_CLOEXEC)) return started;
  started.program = fork();
  if (started.program == 0) run_program(command, pair[1], failure[1]);
  close(pair[1]);
  close(failure[1]);
  started.failure = failure[0];
  listener = started.program < 0 ? -1 : receive_fd(pair[0], NULL);
  close(pair[0]);
  return started;
}

static void take_answers(const int32_t answer[3]) {
  if (!take_answer(answer, take_done)) is_alone = true;
}

static void tell_end(int status, bool is_last) {
  int32_t words[3] = {WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, !is_last};
  send_frame('E', words, sizeof words);
}

// Takes the ends of all that has ended. What the command leaves behind when it ends is a child of the worker by then.
static int reap(pid_t program, int code) {
  int status, end = 0;
  bool is_end = false;
  pid_t one;
  while ((one = waitpid(-1, &status, WNOHANG)) > 0) {
    if (one != program) continue;
    is_end = true;
    end = status;
  }
  if (!is_end) return code;
  tell_end(end, one < 0);
  return code_of(end);
}

static int work(pid_t program, int signals) {
  int code = -1, status;
  for (;;) {
    struct pollfd all[4] = {{listener, POLLIN, 0}, {handle_events(), POLLIN, 0}, {signals, POLLIN, 0}, {link_fd, POLLIN, 0}};
    if (poll(all, 4, has_waiting_locks() || has_ends_to_try() ? lock_ms : -1) < 0 && errno != EINTR) return 125;
    if (all[2].revents & POLLIN) {
      pass_signals(signals, code < 0 ? program : 0);
      code = reap(program, code);
    }
    take_ends(take_ended);
    if (all[3].revents && !read_link(take_answers)) is_alone = true;
    go_on_waiting();
    try_locks();
    if (is_alone) break;
    if (all[0].revents & POLLIN) take_call();
    else if (all[0].revents & (POLLHUP | POLLERR) && code >= 0) {
      // Nobody can write any more: what could not be told to be closed before is now.
      take_ends(take_ended);
      if (newest_commit(false) == 0) return code;
    }
    // The last process has ended, and not all that it wrote is part of the file.
    if (all[0].revents & (POLLHUP | POLLERR) && !(all[0].revents & POLLIN)) {
      struct pollfd rest[2] = {{signals, POLLIN, 0}, {link_fd, POLLIN, 0}};
      poll(rest, 2, -1);
    }
  }
  // Nobody commits any more, so whoever waits for that fails.
  fail_commits(take_done);
  let_delayed_go();
  let_locks_go();
  let_all_go();
  return waitpid(program, &status, 0) == program ? code_of(status) : code < 0 ? 125 : code;
}

static int be_worker(char **command, int to_keeper, int signals) {
  // What a dead process has started belongs to us.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct stat stats;
  struct started started = start(command);
  int error = 0;
  ssize_t n = listener < 0 ? read(started.failure, &error, sizeof error) : 0;
  if (listener < 0) {
    send_frame('X', &(int32_t[2]){126, n == (ssize_t)sizeof error ? error : EINVAL}, 8);
    return 126;
  }
  send_fd(to_keeper, listener, started.program);
  struct text *first = read_target(&stats);
  if (!first) first = new_text("", 0);
  pid_t ignored;
  begin_knowledge(key_of(started.program, &ignored), first);
  drop(first);
  // The end: another program runs.
  n = read(started.failure, &error, sizeof error);
  close(started.failure);
  if (n == (ssize_t)sizeof error) send_frame('X', &(int32_t[2]){127, error}, 8);
  else send_frame('S', NULL, 0);
#ifndef __SANITIZE_ADDRESS__
  // It holds secrets: no other process looks into it, and no core is left.
  prctl(PR_SET_DUMPABLE, 0);
#endif
  return work(started.program, signals);
}

static int keep_going(pid_t worker, int from_worker, int signals) {
  int status;
  pid_t program = 0;
  listener = receive_fd(from_worker, &program);
  for (;;) {
    struct pollfd one = {signals, POLLIN, 0};
    poll(&one, 1, -1);
    pass_signals(signals, worker);
    if (waitpid(worker, &status, WNOHANG) == worker) break;
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  // It was killed.
  let_all_go();
  return program > 0 && waitpid(program, &status, 0) == program ? code_of(status) : 125;
}

static int check(void) {
  if (!has_what_it_needs()) return 1;
  take_signals();
  struct started started = start(NULL);
  if (listener < 0) {
    fprintf(stderr, "the kernel has no seccomp user notification, or does not allow it here (Linux 5.14 or newer)\n");
    return 1;
  }
  struct pollfd one = {listener, POLLIN, 0};
  struct seccomp_notif_sizes sizes;
  syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
  struct seccomp_notif *call = calloc(1, sizes.seccomp_notif + sizeof *call);
  int status = 1;
  bool is_received = call && poll(&one, 1, -1) > 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) == 0;
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  struct seccomp_notif_addfd given = {.id = is_received ? call->id : 0, .srcfd = (unsigned)fd, .newfd = high_first, .flags = SECCOMP_ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD};
  if (!is_received || ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0) kill(started.program, SIGKILL);
  // Its end waits, too.
  else if (poll(&one, 1, -1) > 0 && memset(call, 0, sizeof *call) && ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) == 0) go_on(call->id);
  waitpid(started.program, &status, 0);
  free(call);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && begin_handles()) {
    printf("isolate ok\n");
    return 0;
  }
  fprintf(stderr, "the kernel can't hand over a descriptor by seccomp, or has no memfd or inotify (Linux 5.14 or newer)\n");
  return 1;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--check") == 0) return check();
  waits_for_end = argc > 1 && strcmp(argv[1], "--to-its-end") == 0;
  argv += waits_for_end;
  argc -= waits_for_end;
  if (argc < 4 || strcmp(argv[2], "--") != 0) {
    fprintf(stderr, "usage: isolate [--to-its-end] FILE -- command args...\n");
    return 2;
  }
  int pair[2];
  fcntl(link_fd, F_SETFD, FD_CLOEXEC);
  if (!find_target(argv[1]) || !begin_calls() || !begin_handles() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
    fprintf(stderr, "isolate: %s\n", strerror(errno));
    return 125;
  }
  int signals = take_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t worker = fork();
  if (worker == 0) {
    close(pair[0]);
    return be_worker(argv + 3, pair[1], signals);
  }
  // The parent sees the worker's end by this.
  close(link_fd);
  close(pair[1]);
  close(handle_events());
  return worker < 0 ? 125 : keep_going(worker, pair[0], signals);
}
