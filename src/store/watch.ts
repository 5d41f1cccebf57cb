import { isDeepStrictEqual } from 'node:util';
import type { Backend } from './backend/backend.js';
import { onAbort } from './backend/call.js';
import { notify } from './backend/notify.js';
import { type Document, decodeValue } from './document/document.js';

/** The difference between two states of the store: keys, never values. */
export interface Changes {
  /** New keys, and keys with another value than before. */
  changed: string[];
  /** There before, and now absent. */
  removed: string[];
}

/** When a watch ends. */
export interface WatchOptions {
  /** Ends the watch. */
  signal?: AbortSignal | undefined;
  /** Keeps the process alive while it watches. Default false. */
  keepAlive?: boolean | undefined;
  /**
   * Called once, when changes are reported from: before `watch` returns where the store is a file, and once an engine has
   * told its state. A change before that may be part of the beginning.
   */
  onBegin?: (() => void) | undefined;
}

const longMs = 2 ** 30;

/**
 * Calls the listener with what has changed since the watch began.
 * @param onEnd called once, when the watch has ended
 * @returns a function that ends the watch
 */
export function watchChanges(
  backend: Backend,
  listener: (changes: Changes) => void,
  { signal, keepAlive = false, onBegin }: WatchOptions,
  onEnd: () => void,
): () => void {
  let before: Document | undefined;
  let ended = false;
  const begin = (state: Document) => {
    before = state;
    if (onBegin && !ended) notify(onBegin, undefined);
  };
  const endBackend = backend.watch((now) => {
    if (!before) return begin(now);
    const changes = differenceOf(before, now);
    before = now;
    if (!ended && changes.changed.length + changes.removed.length > 0) notify(listener, changes);
  });
  // The file was unusable when the watch began: all that it will hold is new.
  if (!before && !backend.beginsLate) begin(new Map());
  // A timer is the one thing that keeps a process alive on every runtime.
  const alive = keepAlive ? setInterval(() => {}, longMs) : undefined;
  const end = () => {
    if (ended) return;
    ended = true;
    onEnd();
    clearInterval(alive);
    endBackend();
    endSignal();
  };
  const endSignal = onAbort(signal, end);
  return end;
}

function differenceOf(before: Document, now: Document): Changes {
  const isNew = ([key, raw]: [string, string]) => !isSameValue(before.get(key), raw);
  return {
    changed: [...now].filter(isNew).map(([key]) => key),
    removed: [...before.keys()].filter((key) => !now.has(key)),
  };
}

/** Another layout is no change: other programs lay the file out in their own way. */
function isSameValue(before: string | undefined, now: string): boolean {
  if (before === undefined || before === now) return before === now;
  return isDeepStrictEqual(decodeValue(before), decodeValue(now));
}
