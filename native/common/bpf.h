// The program that the kernel runs before each call, and its installation with a listener (seccomp user notification).
#ifndef HOLDFAST_BPF_H
#define HOLDFAST_BPF_H
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>

// Newer than the headers of some systems that have them.
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/// Begins a program, and ends with the number of the call at hand. Calls of another architecture get that action.
void bpf_begin(uint32_t of_another_architecture);
void bpf_add(unsigned short code, uint32_t k, uint8_t jt, uint8_t jf);
void bpf_return(uint32_t action);
void bpf_load(uint32_t offset);
/// Offset of the low half of an argument, for `bpf_load`.
uint32_t bpf_argument(int argument);
/// For a jump that leads behind what is added after it: where it is, and then that it ends here.
unsigned short bpf_here(void);
void bpf_skip_to_here(unsigned short from);
/// Installs the program for this process and all that it starts. Returns the listener, or -1 with errno.
int bpf_install(void);

#endif
