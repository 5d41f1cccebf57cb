import type { FileEvent, ValueId } from '../../history/events.js';
import type { Interval } from '../../history/interval.js';

export interface ForeignRead extends Interval {
  key: string;
  value: ValueId | null;
}

/**
 * What a foreign reader found at each key. The file is the truth, not a client's view of it, so this shows a loss that no
 * client was there to read: one late writer erases, and another brings back, while all others wait for a lock.
 *
 * Only the first and the last look at each value are kept: those between say nothing that these two don't.
 */
export function foreignReads(files: readonly FileEvent[]): ForeignRead[] {
  const reads: ForeignRead[] = [];
  const current = new Map<string, ValueId | null>();
  let before: Interval | undefined;
  for (const file of files.filter(({ broken }) => broken === null)) {
    const look = { begin: file.time, end: file.until };
    const changes = [...Object.entries(file.set), ...file.removed.map((key): [string, null] => [key, null])];
    for (const [key, value] of changes) {
      // Absent until it is mentioned for the first time.
      if (before) reads.push({ key, value: current.get(key) ?? null, ...before });
      reads.push({ key, value, ...look });
      current.set(key, value);
    }
    before = look;
  }
  if (before) for (const [key, value] of current) reads.push({ key, value, ...before });
  return reads;
}
