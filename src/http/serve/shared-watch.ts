import type { Changes } from '../../store/watch.js';

/** @returns a function that ends it */
export type Watch = (listener: (changes: Changes) => void) => () => void;

/**
 * One watch for any number of listeners: it begins with the first of them, and ends with the last. A watch reads the whole file at
 * each change, so one for each of 800 streams made 20 writes take 38 s.
 */
export function sharedWatch(watch: Watch): Watch {
  const listeners = new Set<(changes: Changes) => void>();
  let end: (() => void) | undefined;
  return (listener) => {
    end ??= watch((changes) => {
      for (const listener of listeners) listener(changes);
    });
    // The same function may listen twice.
    const notify = (changes: Changes) => listener(changes);
    listeners.add(notify);
    return () => {
      if (!listeners.delete(notify) || listeners.size > 0) return;
      end?.();
      end = undefined;
    };
  };
}
