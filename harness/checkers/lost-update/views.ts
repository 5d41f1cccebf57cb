import type { ValueId } from '../../history/events.js';
import type { Operation } from '../../history/run.js';
import type { OperationsById } from './late-writes.js';
import type { Read } from './registers.js';

/** A client's read of a key, and from when on the entries may have been as it found them. */
export interface View {
  value: ValueId | null;
  after: number;
  end: number;
}

/** What reads of clients tell of a key, beside the looks at the file. */
export interface Views {
  /** After the entries held what an operation had written, for all that another process found. */
  with(victim: Operation | undefined, value: ValueId | null, reads: readonly Read[]): View[];
  /** That found something else at the key. */
  without(value: ValueId | null, reads: readonly Read[]): View[];
}

/**
 * Finds what a client's read proves of the entries themselves, for it may be as old as its process: many stores answer from a copy
 * in memory. But what another process wrote is in no copy that was made before. So one who reads all entries, and finds such
 * values among them, has a copy that is no older than the latest of these; what it lacks, it lacked since then. It is not
 * taken for younger than the beginning of the read, since a store may read its entries one by one.
 * @param writerOf all operations by their ids, which are the values that they write
 */
export function findViews(writerOf: OperationsById): Views {
  const known = new Map<string, number | undefined>();
  /** Of the reads of a key those of all entries: the others prove nothing. */
  const ofAll = new WeakMap<readonly Read[], readonly Read[]>();

  function afterOf(read: Operation): number | undefined {
    if (typeof read.result !== 'object' || read.result === null) return undefined;
    if (known.has(read.id)) return known.get(read.id);
    let after: number | undefined;
    for (const value of Object.values(read.result)) {
      const writer = writerOf.get(value);
      if (writer && !mayShareMemory(writer, read)) after = Math.max(writer.begin, after ?? writer.begin);
    }
    if (after !== undefined) after = Math.min(after, read.begin);
    known.set(read.id, after);
    return after;
  }

  function views(reads: readonly Read[], accept: (read: Read) => boolean): View[] {
    let told = ofAll.get(reads);
    if (told === undefined) {
      told = reads.filter(({ operation }) => operation?.action === 'all');
      ofAll.set(reads, told);
    }
    return told.flatMap((read) => {
      const after = read.operation && accept(read) ? afterOf(read.operation) : undefined;
      return after === undefined ? [] : { value: read.value, after, end: read.end };
    });
  }

  return {
    with: (victim, value, reads) =>
      views(reads, (read) => read.value === value && !mayShareMemory(victim, read.operation)),
    without: (value, reads) => views(reads, (read) => read.value !== value),
  };
}

/** True for two operations of one process, and for two that asked a server, which may have been the same. */
function mayShareMemory(one: Operation | undefined, other: Operation | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.process === other.process || (one.isRemote && other.isRemote);
}
