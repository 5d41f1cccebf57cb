// What both helpers ask of a process that waits, and how a descriptor goes from one process to another.
#ifndef HOLDFAST_PROCESS_H
#define HOLDFAST_PROCESS_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Descriptors that are handed over begin here, so a filter knows them by their number. FD_SETSIZE is the end.
enum { high_first = 900, high_end = 1024 };

/// Reads what fits of a file, as /proc has them, with a zero at its end. Returns its length, or -1 with errno.
ssize_t read_file(const char *name, char *to, size_t size);
/// Finds a number after a field of /proc/PID/status. Returns -1 where there is none.
long status_field(const char *text, const char *field, int base);
long status_of(pid_t thread, const char *field, int base);
pid_t process_of(pid_t thread);
mode_t umask_of(pid_t process);

ssize_t read_memory(pid_t thread, uint64_t at, void *to, size_t size);
ssize_t write_memory(pid_t thread, uint64_t at, const void *from, size_t size);
/// Reads a text that ends with a zero. Returns false with errno where there is none.
bool read_text(pid_t thread, uint64_t at, char *to, size_t size);

/// Says what no helper can do without: /proc, and the numbers of descriptors that are handed over. Returns false where that is missing.
bool has_what_it_needs(void);
int free_descriptor(pid_t process);
void allow_high_descriptors(void);
bool send_fd(int socket, int fd, int with);
int receive_fd(int socket, int *with);

#endif
