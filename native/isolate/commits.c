// What the parent was asked to commit, and who waits for it.
#include "isolate.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pending {
  struct pending *next;
  unsigned number;
  bool is_late;
  struct key process;
  struct handle *handle; // NULL: none, or it is closed
  struct text *written;
  int lock; // of a private file that is closed: held until this is done
  struct waiting {
    struct waiting *next;
    struct waiter waiter;
  } *waiting;
};
// The oldest first.
static struct pending *first;
static unsigned numbers;

struct request {
  uint32_t number, written, is_late, count;
  struct {
    uint32_t id, age_ms, is_written;
  } bases[known_max];
};

static bool add_waiter(struct pending *pending, const struct waiter *waiter) {
  struct waiting *waiting = malloc(sizeof *waiting);
  if (!waiting) return false;
  *waiting = (struct waiting){pending->waiting, *waiter};
  pending->waiting = waiting;
  return true;
}

bool commit(struct process *process, struct handle *handle, struct text *written, bool is_late, const struct waiter *waiter) {
  struct pending *pending = calloc(1, sizeof *pending);
  if (!pending || is_alone || (waiter && !add_waiter(pending, waiter))) {
    free(pending);
    return false;
  }
  *pending = (struct pending){NULL, ++numbers, is_late, process->key, handle, keep(written), -1, pending->waiting};
  if (handle) {
    drop(handle->asked);
    handle->asked = keep(written);
  }
  struct pending **end = &first;
  while (*end) end = &(*end)->next;
  *end = pending;
  const struct known_list *bases = bases_of(process);
  struct request request = {.number = pending->number, .written = written->id, .is_late = is_late, .count = (uint32_t)bases->count};
  for (int i = 0; i < bases->count; i++) {
    const struct known *one = &bases->all[i];
    double age = now_ms() - one->at;
    send_text(one->text);
    request.bases[i].id = one->text->id;
    request.bases[i].age_ms = age < 1e9 ? (uint32_t)age : 1000000000;
    request.bases[i].is_written = one->is_written;
  }
  send_text(written);
  send_frame('C', &request, offsetof(struct request, bases) + sizeof *request.bases * (size_t)bases->count);
  return true;
}

bool join_commit(const struct handle *handle, const struct waiter *waiter) {
  for (struct pending *one = first; one; one = one->next)
    if (one->handle == handle) return add_waiter(one, waiter);
  return false;
}

unsigned newest_commit(bool only_late) {
  unsigned newest = 0;
  for (struct pending *one = first; one; one = one->next)
    if (one->is_late || !only_late) newest = one->number;
  return newest;
}

bool is_done_up_to(unsigned number) { return !first || first->number > number; }

void forget_handle(struct handle *handle) {
  for (struct pending *one = first; one; one = one->next) {
    if (one->handle != handle) continue;
    one->handle = NULL;
    one->lock = handle->lock;
    handle->lock = -1;
  }
}

static void replace(struct text **kept, struct text *text) {
  drop(*kept);
  *kept = keep(text);
}

bool take_answer(const int32_t answer[3], void (*done)(const struct waiter *waiter, struct handle *handle, int error)) {
  struct pending **at = &first;
  while (*at && (*at)->number != (unsigned)answer[0]) at = &(*at)->next;
  struct pending *one = *at;
  if (!one) return false;
  *at = one->next;
  int error = answer[1];
  if (error == 0) relearn(process_or_root(one->process), (unsigned)answer[2], one->written);
  if (one->handle) {
    bool fails_close = false;
    for (struct waiting *waiting = one->waiting; waiting; waiting = waiting->next) fails_close |= error && waiting->waiter.purpose == for_close;
    struct text **kept = error == 0 ? &one->handle->done : error == EBADMSG ? &one->handle->refused : NULL;
    if (kept) replace(kept, one->written);
    if (fails_close) replace(&one->handle->told, one->written);
    if (one->handle->asked && same_text(one->handle->asked, one->written)) {
      drop(one->handle->asked);
      one->handle->asked = NULL;
    }
  }
  for (struct waiting *waiting = one->waiting, *next; waiting; waiting = next) {
    next = waiting->next;
    done(&waiting->waiter, one->handle, error);
    free(waiting);
  }
  // Nobody waits, so nobody else says so.
  if (error == EBADMSG && one->is_late) send_note("refused", "");
  if (one->lock >= 0) close(one->lock);
  drop(one->written);
  free(one);
  return true;
}

void fail_commits(void (*done)(const struct waiter *waiter, struct handle *handle, int error)) {
  // EIO, as of a disk that has failed.
  while (first && take_answer((int32_t[3]){(int32_t)first->number, 5, 0}, done)) {}
}
