import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Corruption, Fault } from '../core/scenario.js';
import type { Random } from '../workload/random.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './context.js';

export function corrupt(
  { everyMs, how }: Extract<Fault, { kind: 'corrupt' }>,
  { record, random, signal, ownFile, isInUse }: FaultContext,
): Promise<void> {
  return atRandomMoments(everyMs, random, signal, () => {
    const file = ownFile();
    if (!isInUse() || !existsSync(file)) return;
    const kind = random.pick(how);
    const damaged = damage(readFileSync(file), kind, random);
    // What a reader meets from the first moment on is this fault's doing, and a whole file before the last is not its end.
    record({ fault: 'corrupt', phase: 'begin', detail: kind });
    overwriteInPlace(file, damaged);
    record({ fault: 'corrupt', phase: 'end', detail: kind });
  });
}

/** Like a foreign program's write: into the very inode that is there, never a new file. */
function overwriteInPlace(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  try {
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

/** What is left of a document. None of these is a JSON object: that would be an edit, not damage. */
export function damage(document: Buffer, kind: Corruption, random: Random): Buffer {
  switch (kind) {
    case 'truncated':
      return document.subarray(0, random.int(0, Math.max(0, document.length - 2)));
    case 'empty':
      return Buffer.alloc(0);
    case 'garbage':
      return Buffer.from(Array.from({ length: 64 }, () => random.int(128, 255)));
    case 'half':
      return document.subarray(0, document.length >> 1);
    case 'wrong-type':
      return Buffer.from(random.pick(['[]', 'null', '"credentials"', '42', '[{"type":"api"}]']));
  }
}
