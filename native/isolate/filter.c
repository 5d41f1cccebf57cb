// Which calls are stopped. All others run at full speed.
#include "isolate.h"
#include <fcntl.h>
#include <sys/syscall.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

// arm64 has only those that begin at a directory.
static const int always[] = {
#ifdef SYS_open
    SYS_open, SYS_creat, SYS_rename, SYS_unlink,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_openat2
    SYS_openat2,
#endif
    SYS_openat, SYS_renameat2, SYS_unlinkat, SYS_truncate, SYS_exit_group, SYS_flock,
};

// Of descriptors that were numbered here.
static const int of_ours[] = {
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
    SYS_close, SYS_fsync, SYS_fdatasync, SYS_fstat, SYS_statx,
};

static const uint32_t locks[] = {F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW};
#define count_of(array) (sizeof(array) / sizeof *(array))

static void stop_if_ours(void) {
  bpf_load(bpf_argument(0));
  bpf_add(BPF_JMP | BPF_JGE | BPF_K, high_end, 2, 0);
  bpf_add(BPF_JMP | BPF_JGE | BPF_K, high_first, 0, 1);
  bpf_return(SECCOMP_RET_USER_NOTIF);
  bpf_return(SECCOMP_RET_ALLOW);
}

int install_filter(void) {
  // A program of another architecture runs as if there were no filter.
  bpf_begin(SECCOMP_RET_ALLOW);
  for (size_t i = 0; i < count_of(always); i++) {
    bpf_add(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)always[i], 0, 1);
    bpf_return(SECCOMP_RET_USER_NOTIF);
  }
  for (size_t i = 0; i < count_of(of_ours); i++) {
    unsigned short at = bpf_here();
    bpf_add(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)of_ours[i], 0, 0);
    stop_if_ours();
    bpf_skip_to_here(at);
  }
  unsigned short at = bpf_here();
  bpf_add(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 0);
  bpf_load(bpf_argument(1));
  for (size_t i = 0; i < count_of(locks); i++) {
    bpf_add(BPF_JMP | BPF_JEQ | BPF_K, locks[i], 0, 1);
    bpf_return(SECCOMP_RET_USER_NOTIF);
  }
  bpf_skip_to_here(at);
  bpf_return(SECCOMP_RET_ALLOW);
  return bpf_install();
}
