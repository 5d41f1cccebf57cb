#include "isolate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { depth_max = 32 };

// A process that is alive is never forgotten.
static struct process **all;
static int count, room, limit = ended_max;
static struct key root;

bool parse_stat(const char *text, pid_t *parent, unsigned *flags, uint64_t *born) {
  // The name is in parentheses, and may have some in it.
  const char *at = strrchr(text, ')');
  if (!at) return false;
  int above = 0;
  unsigned bits = 0;
  unsigned long long start = 0;
  int n = sscanf(at + 1, " %*c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &above, &bits, &start);
  if (n != 3) return false;
  *parent = above;
  *flags = bits;
  *born = start;
  return true;
}

struct key key_of(pid_t id, pid_t *parent) {
  struct key key = {id, 0};
  char name[64], text[1024];
  unsigned flags;
  *parent = 0;
  snprintf(name, sizeof name, "/proc/%d/stat", id);
  if (read_file(name, text, sizeof text) > 0) parse_stat(text, parent, &flags, &key.born);
  return key;
}

static bool is_same(struct key a, struct key b) { return a.id == b.id && a.born == b.born; }

static void forget_at(struct known_list *list, int at) {
  drop(list->all[at].text);
  memmove(list->all + at, list->all + at + 1, sizeof *list->all * (size_t)(--list->count - at));
}

static void forget_all(struct known_list *list) {
  while (list->count > 0) forget_at(list, list->count - 1);
}

// The newest is the last. One that is known moves there, so that reading one again and again pushes no other out.
static void push(struct known_list *list, struct text *text, bool is_written) {
  struct known one = {keep(text), is_written, 1, now_ms()};
  for (int i = list->count - 1; i >= 0; i--) {
    if (!same_text(list->all[i].text, text)) continue;
    drop(one.text);
    one.text = keep(list->all[i].text);
    one.times = list->all[i].times < known_kept ? list->all[i].times + 1 : known_kept;
    forget_at(list, i);
    break;
  }
  while (list->count == known_max || (list->count >= known_kept && one.at - list->all[0].at > known_ms)) forget_at(list, 0);
  list->all[list->count++] = one;
}

struct process *process_by(struct key key) {
  if (key.id == 0) return NULL;
  for (int i = 0; i < count; i++)
    if (is_same(all[i]->key, key)) return all[i];
  return NULL;
}

struct process *process_or_root(struct key key) {
  struct process *process = process_by(key);
  return process ? process : process_by(root);
}

// It is alive, or it has a private file, or one that it has started is here.
static bool is_needed(const struct process *process) {
  pid_t ignored;
  if (is_same(process->key, root) || is_same(key_of(process->key.id, &ignored), process->key)) return true;
  for (const struct handle *handle = all_handles(); handle; handle = handle->next)
    if (is_same(handle->owner, process->key)) return true;
  for (int i = 0; i < count; i++)
    if (is_same(all[i]->parent, process->key)) return true;
  return false;
}

// What they knew is known to those above them.
static void forget_ended(void) {
  for (int i = count - 1; i >= 0; i--) {
    if (is_needed(all[i])) continue;
    forget_all(&all[i]->own);
    forget_all(&all[i]->below);
    free(all[i]);
    all[i] = all[--count];
  }
  limit = count > ended_max / 2 ? 2 * count : ended_max;
}

static struct process *place_for(struct key key, struct key parent) {
  if (count >= limit) forget_ended();
  if (count == room) {
    room = room ? 2 * room : ended_max;
    all = realloc(all, sizeof(struct process *) * (size_t)room);
  }
  struct process *process = all ? calloc(1, sizeof *process) : NULL;
  if (!process) abort();
  process->key = key;
  process->parent = parent;
  return all[count++] = process;
}

void begin_knowledge(struct key key, struct text *first) {
  root = key;
  push(&place_for(key, (struct key){0, 0})->below, first, true);
}

// Its parent is the one that it had when it was first seen: if that has ended meanwhile, it has another.
struct process *process_at(pid_t id) {
  pid_t above;
  struct key key = key_of(id, &above);
  struct process *process = process_by(key);
  if (!process) {
    pid_t ignored;
    struct key parent = is_same(key, root) || above <= 1 || above == getpid() ? root : key_of(above, &ignored);
    process = place_for(key, parent);
  }
  return process;
}

// One that has ended without a trace is passed over: what began all of them knows the rest.
static struct process *parent_of(const struct process *process) {
  if (is_same(process->key, root)) return NULL;
  struct process *parent = process_by(process->parent);
  pid_t ignored;
  if (parent) return parent;
  if (process->parent.id > 0 && is_same(key_of(process->parent.id, &ignored), process->parent)) return process_at(process->parent.id);
  return process_by(root);
}

void learn(struct process *process, struct text *text, bool is_written) {
  push(&process->own, text, is_written);
  for (int i = 0; i < depth_max && (process = parent_of(process)); i++) push(&process->below, text, is_written);
}

static struct known_list *list_of(struct process *process) {
  for (int i = 0; i < depth_max && process; i++) {
    if (process->own.count > 0) return &process->own;
    if (process->below.count > 0) return &process->below;
    process = parent_of(process);
  }
  return NULL;
}

const struct known_list *bases_of(struct process *process) {
  static const struct known_list none;
  const struct known_list *found = list_of(process);
  return found ? found : &none;
}

/// It has taken the file away: whatever it and those above it knew of it is no base any more.
void unlearn(struct process *process) {
  struct text *nothing = new_text("", 0);
  forget_all(&process->own);
  forget_all(&process->below);
  push(&process->own, nothing, true);
  for (int i = 0; i < depth_max && (process = parent_of(process)); i++) {
    forget_all(&process->own);
    forget_all(&process->below);
    push(&process->below, nothing, true);
  }
  drop(nothing);
}

void relearn(struct process *process, unsigned base, struct text *written) {
  struct known_list *list = list_of(process);
  if (!list) list = &process->own;
  for (int i = list->count - 1; i >= 0; i--)
    if (list->all[i].text->id == base) {
      if (--list->all[i].times == 0) forget_at(list, i);
      break;
    }
  push(list, written, true);
}
