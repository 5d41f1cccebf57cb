#define _GNU_SOURCE
#include "bpf.h"
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#error "expected x86-64 or arm64"
#endif

static struct sock_filter program[2048];
static unsigned short length;

void bpf_add(unsigned short code, uint32_t k, uint8_t jt, uint8_t jf) {
  program[length++] = (struct sock_filter){code, jt, jf, k};
}
void bpf_return(uint32_t action) { bpf_add(BPF_RET | BPF_K, action, 0, 0); }
void bpf_load(uint32_t offset) { bpf_add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
uint32_t bpf_argument(int argument) { return (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)argument); }
unsigned short bpf_here(void) { return length; }
void bpf_skip_to_here(unsigned short from) { program[from].jf = (uint8_t)(length - from - 1); }

void bpf_begin(uint32_t of_another_architecture) {
  length = 0;
  bpf_load(offsetof(struct seccomp_data, arch));
  // Numbers mean something else there, so its calls could not be told apart.
  bpf_add(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
  bpf_return(of_another_architecture);
  bpf_load(offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
  bpf_add(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
  bpf_return(SECCOMP_RET_ERRNO | ENOSYS);
#endif
#ifdef SYS_io_uring_setup
  // Its calls pass by. Every program has another way where there is no io_uring.
  bpf_add(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1);
  bpf_return(SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

int bpf_install(void) {
  struct sock_fprog all = {length, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
  unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  // So that a signal does not make a call that waits begin anew; Linux 5.19.
  long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &all);
  return (int)(fd >= 0 ? fd : syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &all));
}
