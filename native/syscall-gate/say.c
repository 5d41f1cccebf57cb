// What the scheduler is told: a line of JSON each.
#include "gate.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int reports = 1;

static void write_all(const char *text, size_t length) {
  while (length > 0) {
    ssize_t n = write(reports, text, length);
    // The reader is gone.
    if (n <= 0) _exit(0);
    text += n;
    length -= (size_t)n;
  }
}

void say(const char *format, ...) {
  char line[512];
  va_list values;
  va_start(values, format);
  int n = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  if (n > 0) write_all(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

// Bytes as the characters of the same numbers: a name need not be text.
static void say_text(const char *text, size_t length) {
  char line[6 * 256];
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 32 || c > 126 || c == '"' || c == '\\') n += (size_t)snprintf(line + n, 7, "\\u%04x", c);
    else line[n++] = (char)c;
    if (n > sizeof line - 8) { write_all(line, n); n = 0; }
  }
  write_all(line, n);
}

static void say_field(const char *name, const char *text) {
  if (*text == 0) return;
  say(",\"%s\":\"", name);
  say_text(text, strlen(text));
  say("\"");
}

static void letters_of(int flags, char *to) {
  int how = flags & O_ACCMODE;
  if (flags & O_PATH) *to++ = 'p';
  else {
    if (how != O_WRONLY) *to++ = 'r';
    if (how != O_RDONLY) *to++ = 'w';
  }
  if (flags & O_CREAT) *to++ = 'c';
  if (flags & O_TRUNC) *to++ = 't';
  if (flags & O_EXCL) *to++ = 'x';
  if (flags & O_DIRECTORY) *to++ = 'd';
  if (flags & O_NOFOLLOW) *to++ = 'n';
  *to = 0;
}

void say_call(const struct call *call) {
  say("{\"call\":%u,\"name\":\"%s\",\"process\":%d", call->number, call->name, call->process);
  say_field(call->fd >= 0 ? "of" : "path", call->from.shown);
  say_field("to", call->to.shown);
  say_field("file", call->file);
  if (strcmp(call->name, "open") == 0) {
    char letters[16];
    letters_of(call->flags, letters);
    say_field("flags", letters);
  }
  say("}\n");
}

void say_end(const struct call *call, const struct end *end) {
  say("{\"end\":%u,\"value\":%ld,\"error\":%d", call->number, end->value, end->error);
  if (end->would_wait) say(",\"waits\":true");
  say_field("file", end->file);
  if (end->text_length > 0) {
    say(",\"text\":\"");
    say_text(end->text, end->text_length);
    say("\"");
  }
  say("}\n");
}

void note(const char *words, const char *path) {
  static const char *last;
  static char last_path[256];
  // A process that can't be looked into makes many calls.
  if (last == words && strncmp(last_path, path, sizeof last_path - 1) == 0) return;
  last = words;
  snprintf(last_path, sizeof last_path, "%.255s", path);
  const char *name = strrchr(path, '/');
  say("{\"note\":\"");
  say_text(words, strlen(words));
  say(" ");
  say_text(name ? name + 1 : path, strlen(name ? name + 1 : path));
  say("\"}\n");
}
