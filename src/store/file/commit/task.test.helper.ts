import type { Change } from '../../document/change.js';
import type { AttemptOptions, Known, Task } from './task.js';

/** A change, and nothing else that an attempt may be asked for. */
export function optionsOf(change: Change): AttemptOptions {
  const wish = { kind: 'change' as const, change, generation: undefined };
  return { wish, own: undefined, unresponsive: new Set(), earlier: {} };
}

const plain = { beliefs: {}, looksBack: false };

/** A change under an intent that was just made. */
export function freshTask(
  change: Change,
  options: Partial<AttemptOptions> & { outlives?: boolean } = {},
): Task {
  return { ...optionsOf(change), ...plain, kind: 'fresh', outlives: false, ...options };
}

/** A change under a standing intent. */
export function standingTask(known: Known, change: Change): Task {
  return { ...optionsOf(change), ...plain, kind: 'standing', known };
}
