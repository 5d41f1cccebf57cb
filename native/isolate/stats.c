// fstat of a private file says what stat of the real one has said: programs compare both to see if it is the same file.
#include "isolate.h"
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void as_real(const struct handle *handle, struct stat *stats) {
  if (!handle->has_real) {
    stats->st_nlink = 1;
    return;
  }
  if (!handle->is_writer) {
    *stats = handle->real;
    return;
  }
  stats->st_dev = handle->real.st_dev;
  stats->st_ino = handle->real.st_ino;
  stats->st_nlink = handle->real.st_nlink;
  stats->st_uid = handle->real.st_uid;
  stats->st_gid = handle->real.st_gid;
  stats->st_blksize = handle->real.st_blksize;
}

static bool is_empty_path(const struct seccomp_notif *call) {
  char first = 1;
  // Newer kernels take none at all, too.
  return call->data.args[1] == 0 || (read_memory((pid_t)call->pid, call->data.args[1], &first, 1) == 1 && first == 0);
}

static struct statx_timestamp time_of(struct timespec time) {
  return (struct statx_timestamp){.tv_sec = time.tv_sec, .tv_nsec = (__u32)time.tv_nsec};
}

static bool fill(const struct seccomp_notif *call, const struct handle *handle, const struct stat *stats) {
  struct statx all;
  memset(&all, 0, sizeof all);
  unsigned mask = (unsigned)call->data.args[3];
  // The kernel knows more of it than is told here, and newer ones more than that.
  if (syscall(SYS_statx, handle->view, "", AT_EMPTY_PATH, mask, &all) != 0) return false;
  all.stx_mode = (__u16)stats->st_mode;
  all.stx_nlink = (__u32)stats->st_nlink;
  all.stx_uid = stats->st_uid;
  all.stx_gid = stats->st_gid;
  all.stx_ino = stats->st_ino;
  all.stx_size = (__u64)stats->st_size;
  all.stx_blocks = (__u64)stats->st_blocks;
  all.stx_blksize = (__u32)stats->st_blksize;
  all.stx_dev_major = major(stats->st_dev);
  all.stx_dev_minor = minor(stats->st_dev);
  all.stx_atime = time_of(stats->st_atim);
  all.stx_mtime = time_of(stats->st_mtim);
  all.stx_ctime = time_of(stats->st_ctim);
  return write_memory((pid_t)call->pid, call->data.args[4], &all, sizeof all) == (ssize_t)sizeof all;
}

/// Answers fstat, in each of its forms. Returns false for what is none, and for a file that is not ours.
bool stat_called(const struct seccomp_notif *call) {
  if (call->data.nr != SYS_fstat && !is_empty_path(call)) return false;
  struct handle *handle = handle_at(process_of((pid_t)call->pid), (int)call->data.args[0]);
  struct stat stats;
  if (!handle || fstat(handle->view, &stats) != 0) return false;
  as_real(handle, &stats);
  uint64_t to = call->data.nr == SYS_fstat ? call->data.args[1] : call->data.args[2];
  bool is_done = call->data.nr == SYS_statx ? fill(call, handle, &stats) : write_memory((pid_t)call->pid, to, &stats, sizeof stats) == (ssize_t)sizeof stats;
  if (is_done) answer(call->id, 0, 0);
  return is_done;
}
