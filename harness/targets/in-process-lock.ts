import type { Store } from '../core/target.js';
import { readKnown, writeInPlace } from './naive.js';
import { wholeFileStore } from './whole-file.js';

/** The first option: a lock inside each process. It orders the writers of one process and no others. */
export function open(file: string): Store {
  let last: Promise<unknown> = Promise.resolve();
  return wholeFileStore({
    read: () => readKnown(file),
    write: (text) => writeInPlace(file, text),
    exclusively: (run) => {
      const turn = last.then(run);
      last = turn.catch(() => {});
      return turn;
    },
  });
}
