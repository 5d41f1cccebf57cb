import type { FaultEvent } from '../core/history.js';
import type { Operation } from '../core/run.js';
import type { Blame } from './blame.js';
import type { Conflict } from './conflicts.js';
import type { Read } from './registers.js';
import { describeChange, inMs } from './words.js';
import type { Zone } from './zones.js';

/** A lost update or a resurrection, with its eraser as far as one is known. */
export function describeErased(
  key: string,
  { victim, read }: Conflict,
  blame: Blame | undefined,
  wasPaused: boolean,
): string {
  const isRemoval = victim.of === 'removal';
  const gone = isRemoval
    ? `${read.value} was back`
    : read.value === null
      ? 'it was gone'
      : `${read.value} was back`;
  const seenAt = blame?.seenAt === undefined ? read.end : Math.min(blame.seenAt, read.end);
  const pause = wasPaused ? ', after a pause,' : '';
  const cause = blame
    ? `${blame.certain ? '' : 'probably '}when ${blame.eraser.id}${pause} ${describeChange(blame.eraser)} ${copyOf(blame, victim)}`
    : `as ${reader(read)} found`;
  return `${wish(key, victim)} and ${gone} by ${inMs(seenAt)}, ${cause}`;
}

/** It may never have been anywhere but in the memory of its process. */
export function afterKill({ time }: FaultEvent): string {
  return `; its process was killed at ${inMs(time)}, after the acknowledgement`;
}

/** One that began when the victim was certainly there has seen less than there was: a half-written file, say. */
function copyOf({ eraser }: Blame, { f }: Zone): string {
  return eraser.begin <= f ? 'from an older copy of the file' : 'from a copy of the file without it';
}

/** A read that missed what later reads find. */
export function describeStale(key: string, { victim, read }: Conflict): string {
  const found = read.value === null ? 'nothing' : read.value;
  return `${wish(key, victim)}, but ${reader(read)}, which began at ${inMs(read.begin)}, still found ${found}; later reads are right again`;
}

/** A read of a value that was not there to be read. */
export function describeGarbage(key: string, read: Read, writer: Operation | undefined): string {
  return `${reader(read)} found ${read.value} at "${key}" by ${inMs(read.end)}, ${whyGarbage(key, writer)}`;
}

function whyGarbage(key: string, writer: Operation | undefined): string {
  if (writer === undefined) return 'which nobody ever wrote';
  if (writer.key !== key) return `which was written to "${writer.key}"`;
  if (writer.outcome === 'fail') return `which its writer was told had failed (${writer.error})`;
  return `which was only written from ${inMs(writer.begin)} on`;
}

/** What the victim wanted, and since when it may rely on it. */
function wish(key: string, { of, mutation, f }: Zone): string {
  const { id, acknowledged, operation } = mutation;
  if (operation === undefined) return `"${key}" was ${id} before the run`;
  const since = acknowledged ? `acknowledged at ${inMs(mutation.end)}` : `seen by ${inMs(f)}`;
  return `${id} ${of === 'write' ? 'set' : 'removed'} "${key}" (${since})`;
}

function reader({ operation }: Read): string {
  return operation ? operation.id : 'a look at the file';
}
