import type { Random } from '../../workload/random.js';

/** How a simulated store works. Each of these is what some public package does. */
export interface Style {
  write: 'rename' | 'in place';
  /** Whether a change begins with a look at the file, or with what its process remembers since its start. */
  copy: 'fresh' | 'remembered';
  /** Whether a change is acknowledged after it was written, or before. */
  acknowledges: 'after' | 'before';
  /** Looks whether its value is there, and writes again if not; or writes the same content a second time. */
  retries: 'never' | 'where it is gone' | 'anyway';
  /** Takes a file that is being written for an empty one, as opposed to looking again. */
  readsTorn: boolean;
  /** Whether a foreign reader looks on. */
  evidence: 'file' | 'store';
}

/** How long its clients take, in milliseconds, and how much they do. */
export interface Pace {
  think: number;
  gap: number;
  look: number;
  noise: number;
  /** How often a client reads all, beside fourteen sets and three removals. */
  reads: number;
  /** The highest number of a key that only one client changes; the lowest is 0. */
  keys: number;
}

export function pickStyle(random: Random): Style {
  return {
    write: random.pick(['rename', 'in place']),
    copy: random.pick(['fresh', 'fresh', 'fresh', 'remembered']),
    acknowledges: random.pick(['after', 'after', 'after', 'before']),
    retries: random.pick(['never', 'never', 'where it is gone', 'anyway']),
    readsTorn: random.oneIn(2),
    evidence: random.pick(['file', 'file', 'file', 'store']),
  };
}

export function pickPace(random: Random): Pace {
  return {
    think: random.pick([0, 20, 100]),
    // With a copy so old, what was erased long ago comes back.
    gap: random.pick([5, 20, 60, 250]),
    look: random.pick([4, 15, 60, 300]),
    noise: random.pick([0, 2, 8]),
    reads: random.pick([3, 12, 40]),
    keys: random.pick([3, 30]),
  };
}
