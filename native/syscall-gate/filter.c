// Which calls are stopped, and the program that the kernel runs before each call to find that out.
#include "gate.h"
#include <fcntl.h>
#include <sys/syscall.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

// arm64 has only those that begin at a directory.
const struct rule rules[] = {
#ifdef SYS_open
  {SYS_open, "open", of_path, 0}, {SYS_creat, "open", of_path, 0}, {SYS_rename, "rename", of_two, 0},
  {SYS_link, "link", of_two, 0}, {SYS_unlink, "unlink", of_path, 0}, {SYS_mkdir, "mkdir", of_path, 0},
  {SYS_rmdir, "rmdir", of_path, 0}, {SYS_symlink, "symlink", of_second, 0}, {SYS_chmod, "chmod", of_path, 0},
  {SYS_chown, "chown", of_path, 0}, {SYS_lchown, "lchown", of_path, 0}, {SYS_stat, "stat", of_path, 0},
  {SYS_lstat, "lstat", of_path, 0}, {SYS_access, "access", of_path, 0}, {SYS_readlink, "readlink", of_path, 0},
  {SYS_utime, "utimes", of_path, 0}, {SYS_utimes, "utimes", of_path, 0}, {SYS_futimesat, "utimes", of_at, 0},
  {SYS_getdents, "readdir", of_fd, 0}, {SYS_dup2, "dup2", of_dup, 0},
#endif
#ifdef SYS_renameat
  {SYS_renameat, "rename", of_two_at, 0},
#endif
#ifdef SYS_newfstatat
  {SYS_newfstatat, "stat", of_at, 0},
#endif
#ifdef SYS_faccessat2
  {SYS_faccessat2, "access", of_at, 0},
#endif
#ifdef SYS_openat2
  {SYS_openat2, "open", of_at, 0},
#endif
#ifdef SYS_fchmodat2
  {SYS_fchmodat2, "chmod", of_at, 0},
#endif
  {SYS_openat, "open", of_at, 0}, {SYS_renameat2, "rename", of_two_at, 0}, {SYS_linkat, "link", of_two_at, 0},
  {SYS_unlinkat, "unlink", of_at, 0}, {SYS_mkdirat, "mkdir", of_at, 0}, {SYS_symlinkat, "symlink", of_link_at, 0},
  {SYS_fchmodat, "chmod", of_at, 0}, {SYS_fchownat, "chown", of_at, 0}, {SYS_utimensat, "utimes", of_at, 0},
  {SYS_statx, "stat", of_at, 0}, {SYS_faccessat, "access", of_at, 0}, {SYS_readlinkat, "readlink", of_at, 0},
  {SYS_truncate, "truncate", of_path, 0}, {SYS_inotify_add_watch, "watch", of_second, 0},
  {SYS_getdents64, "readdir", of_fd, 0},
  {SYS_read, "read", of_fd, stdio_end}, {SYS_pread64, "read", of_fd, stdio_end},
  {SYS_readv, "read", of_fd, stdio_end}, {SYS_preadv, "read", of_fd, stdio_end}, {SYS_preadv2, "read", of_fd, stdio_end},
  {SYS_write, "write", of_fd, named_end}, {SYS_pwrite64, "write", of_fd, named_end},
  {SYS_writev, "write", of_fd, named_end}, {SYS_pwritev, "write", of_fd, named_end}, {SYS_pwritev2, "write", of_fd, named_end},
  {SYS_ftruncate, "ftruncate", of_fd, named_end}, {SYS_fallocate, "write", of_fd, named_end},
  {SYS_fsync, "fsync", of_fd, named_end}, {SYS_fdatasync, "fdatasync", of_fd, named_end},
  {SYS_fchmod, "fchmod", of_fd, named_end}, {SYS_fchown, "fchown", of_fd, named_end},
  {SYS_close, "close", of_fd, 0}, {SYS_sendfile, "write", of_copy, named_end}, {SYS_copy_file_range, "write", of_copy, named_end},
  {SYS_splice, "write", of_copy, named_end},
  {SYS_mmap, "read", of_map, 0}, {SYS_flock, "lock", of_lock, 0}, {SYS_fcntl, "lock", of_fcntl, 0},
  {SYS_dup, "dup", of_dup, 0}, {SYS_dup3, "dup3", of_dup, 0},
};
const int rule_count = (int)(sizeof rules / sizeof *rules);

const struct rule *rule_of(int nr) {
  for (int i = 0; i < rule_count; i++)
    if (rules[i].nr == nr) return &rules[i];
  return NULL;
}

// Stops the call if the argument is a descriptor that is looked at, and goes on behind this if not.
static void stop_if_looked_at(int arg, int below) {
  bpf_load(bpf_argument(arg));
  bpf_add(BPF_JMP | BPF_JGE | BPF_K, high_end, 3, 0);
  bpf_add(BPF_JMP | BPF_JGE | BPF_K, high_first, 1, 0);
  bpf_add(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)below, 1, 0);
  bpf_return(SECCOMP_RET_USER_NOTIF);
}

static void stop_if_equal(uint32_t value) {
  bpf_add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  bpf_return(SECCOMP_RET_USER_NOTIF);
}

// What follows the comparison of the number: always ends, as the number is no longer at hand then.
static void add_block(const struct rule *rule) {
  switch (rule->shape) {
    case of_fd:
      stop_if_looked_at(0, rule->below);
      break;
    case of_dup:
      stop_if_looked_at(0, 0);
      break;
    case of_map:
      // Anonymous memory has -1 here.
      stop_if_looked_at(4, 0);
      break;
    case of_copy:
      stop_if_looked_at(0, rule->below);
      stop_if_looked_at(rule->nr == SYS_sendfile ? 1 : 2, rule->below);
      break;
    case of_fcntl:
      bpf_load(bpf_argument(1));
      stop_if_equal(F_SETLK);
      stop_if_equal(F_SETLKW);
      stop_if_equal(F_OFD_SETLK);
      stop_if_equal(F_OFD_SETLKW);
      bpf_add(BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD, 2, 0);
      bpf_add(BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD_CLOEXEC, 1, 0);
      bpf_return(SECCOMP_RET_ALLOW);
      stop_if_looked_at(0, 0);
      break;
    default:
      bpf_return(SECCOMP_RET_USER_NOTIF);
      return;
  }
  bpf_return(SECCOMP_RET_ALLOW);
}

static void make_program(void) {
  bpf_begin(SECCOMP_RET_KILL_PROCESS);
  for (int i = 0; i < rule_count; i++) {
    unsigned short at = bpf_here();
    bpf_add(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rules[i].nr, 0, 0);
    add_block(&rules[i]);
    bpf_skip_to_here(at);
  }
  bpf_return(SECCOMP_RET_ALLOW);
}

/// Installs the filter for this process and all that it starts. Returns the listener, or -1 with errno.
int install_filter(void) {
  make_program();
  return bpf_install();
}
