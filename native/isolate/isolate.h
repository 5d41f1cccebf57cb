// Runs an unmodified program so that what it writes into one file is merged with what others have written. README.md has the
// protocol, and says why this is safe.
#ifndef ISOLATE_H
#define ISOLATE_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "../common/bpf.h"
#include "../common/process.h"
#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

// A process has the last 8 texts, and those of the last 10 seconds: 64 at most.
enum { known_max = 64, known_kept = 8, known_ms = 10000, ended_max = 256, content_max = 16 << 20, link_fd = 3 };

double now_ms(void);

// ---- texts.c: what was read or written, counted by its users

struct text {
  unsigned id;
  int users;
  bool is_sent;
  size_t length;
  char bytes[];
};
struct text *new_text(const char *bytes, size_t length);
struct text *keep(struct text *text);
void drop(struct text *text);
bool same_text(const struct text *a, const struct text *b);
/// Reads all of a file. Returns NULL with errno: EFBIG for one that is too large.
struct text *text_of_fd(int fd);

// ---- knowledge.c: what each process knows, of its own reads and writes and of those of what it has started

struct key {
  pid_t id;
  uint64_t born; // so that a number that is used again is another process
};
struct known {
  struct text *text;
  bool is_written;
  int times; // as often as it may be used as a base
  double at;
};
struct known_list {
  int count;
  struct known all[known_max];
};
struct process {
  struct key key, parent;
  bool cuts; // has asked to cut the file to nothing: its next descriptor for writing does
  struct known_list own, below;
};
/// Reads the parent, the flags and the time of birth out of /proc/PID/stat.
bool parse_stat(const char *text, pid_t *parent, unsigned *flags, uint64_t *born);
/// Whoever never reads is taken to know what was there when all began.
void begin_knowledge(struct key root, struct text *first);
struct process *process_at(pid_t id);
struct process *process_by(struct key key);
/// The one that began all, in place of one that is forgotten.
struct process *process_or_root(struct key key);
void learn(struct process *process, struct text *text, bool is_written);
/// It has taken the file away: what it knew of it, and those above it, is replaced by nothing.
void unlearn(struct process *process);
/// What it may have started from: its own, or what was read below the nearest ancestor below which anything was.
const struct known_list *bases_of(struct process *process);
/// What was used as a base is replaced by what was written from it.
void relearn(struct process *process, unsigned base, struct text *written);
struct key key_of(pid_t id, pid_t *parent);

// ---- target.c: which file it is

struct target {
  char path[PATH_MAX];   // of the real file
  char beside[NAME_MAX]; // the directory of intents: who renames out of it is one of us
};
extern struct target target;
bool find_target(const char *given);
/// The real file, open for reading; -1 with errno.
int open_target(void);
struct text *read_target(struct stat *stats);
/// A path of the program as one for us. Returns false where it can't be read.
bool path_of(pid_t thread, int directory, uint64_t at, char *to, size_t size);
bool is_named_target(const char *path);
/// By its name, or by another name of the same file.
bool is_target(const char *path);
/// A path out of a directory of intents: a store commits so.
bool is_from_intents(const char *path);
/// In a directory of the same file system as that of the file.
bool is_on_same_disk(const char *path);
bool is_ours_to_open(pid_t process, int how);
/// Can it be taken out of its directory?
bool is_removable(void);

// ---- handles.c: the private files of the program

struct handle {
  struct handle *next;
  ino_t inode;
  int watch, view; // the number of its watch, and a descriptor that only reads
  bool is_writer, cuts, creates;
  mode_t mode; // of the real file that it creates
  struct key owner;
  struct text *given;
  struct text *asked, *done; // which text is being committed, and is; NULL: none
  struct text *refused; // which can't be parsed: it is not asked for again
  struct text *told; // whose commit has failed a close: nobody asks for it again
  double closed_at; // when the kernel said that it is closed, and somebody could still write; 0: never
  bool is_error_told; // a close has failed, as it can't be read
  struct stat real; // of the real file when it was opened
  bool has_real;
  int lock; // -1: none
};
bool begin_handles(void);
int handle_events(void);
struct handle *handle_at(pid_t process, int fd);
struct handle *all_handles(void);
/// Makes a private file with that content. Returns the descriptor to give away, or -1 with errno.
int new_handle(struct key owner, struct text *content, int flags, const struct stat *real, struct handle **handle);
/// Calls back for each private file that nobody can write into any more, and forgets it. Forgets those that nobody reads.
void take_ends(void (*ended)(struct handle *handle));
/// Is there one that was closed a moment ago, and could still be written into when it was looked at?
bool has_ends_to_try(void);
/// What was written and is not yet part of the file; NULL: nothing. The caller drops it.
/// @param error 0, or why it can't be read: EFBIG for more than `content_max`
struct text *news_of(struct handle *handle, int *error);
/// Does it hold what could not be parsed?
bool is_refused(const struct handle *handle);
/// Is it open in the process that opened it?
bool is_with_owner(const struct handle *handle);
bool refill(struct handle *handle, struct text *text);
bool is_open_elsewhere(const struct handle *handle, pid_t process, int fd);

// ---- commits.c: what waits for the parent

/// What is written can't be told to be whole: only its last close ends it.
extern bool waits_for_end;

enum purpose { for_close, for_rename, for_truncate, for_exit, for_sync, for_unlock, for_itself };
struct waiter {
  uint64_t notification;
  enum purpose purpose;
  pid_t process;
  int fd;
  char path[PATH_MAX];
};
/// Asks the parent to commit. Returns false where that is impossible.
bool commit(struct process *process, struct handle *handle, struct text *written, bool is_late, const struct waiter *waiter);
/// Has it wait for the commit of that private file that is under way. Returns false where there is none.
bool join_commit(const struct handle *handle, const struct waiter *waiter);
/// The newest commit that is not done: 0 if there is none.
unsigned newest_commit(bool only_late);
bool is_done_up_to(unsigned number);
/// It is closed. Its lock is held until what it has written is part of the file.
void forget_handle(struct handle *handle);
/// Takes an answer of the parent. Returns false for one that is none.
bool take_answer(const int32_t answer[3], void (*done)(const struct waiter *waiter, struct handle *handle, int error));

/// Nobody answers any more.
void fail_commits(void (*done)(const struct waiter *waiter, struct handle *handle, int error));

// ---- link.c: the parent

extern bool is_alone; // there is no parent any more
void send_text(struct text *text);
void send_drop(const struct text *text);
void send_frame(uint32_t kind, const void *payload, size_t length);
void send_note(const char *word, const char *of);
/// Reads what has come. Returns false at its end.
bool read_link(void (*answered)(const int32_t answer[3]));

// ---- calls.c and what it is made of

extern int listener;
void answer(uint64_t notification, long value, int error);
void go_on(uint64_t notification);
void give(uint64_t notification, pid_t process, int fd, int flags);
void delay(const struct seccomp_notif *call, unsigned after);
bool begin_calls(void);
void take_call(void);
void dispatch(const struct seccomp_notif *call);
void go_on_waiting(void);
void let_delayed_go(void);
void take_done(const struct waiter *waiter, struct handle *handle, int error);
void take_ended(struct handle *handle);
void opened(uint64_t notification, pid_t process, int flags, unsigned mode);
void renamed(const struct seccomp_notif *call, const char *from, const char *to, unsigned flags);
bool stat_called(const struct seccomp_notif *call);
bool lock_called(const struct seccomp_notif *call);
bool has_waiting_locks(void);
void try_locks(void);
void unlock(struct handle *handle);
void let_locks_go(void);

int install_filter(void);
/// Lets all calls go on unseen until the last process has ended. Closing a private file that was written into fails.
void let_all_go(void);

#endif
