import type { FaultEvent, ValueId } from '../../history/events.js';
import type { Operation } from '../../history/run.js';
import { describeChange, inMs, withoutQuote } from '../../history/words.js';
import type { Blame } from './blame.js';
import type { Conflict } from './conflicts.js';
import type { Read } from './registers.js';
import type { Zone } from './zones.js';

/** What is known of how something was erased. */
export interface Erased {
  blame: Blame | undefined;
  /** The likeliest eraser had been stopped. */
  wasPaused: boolean;
  /** Nothing but the store's own calls says anything: no process has looked at the file. */
  isStoreAlone: boolean;
}

/** A lost update or a resurrection, with the operations that may have erased it, as far as the record shows. */
export function describeErased(key: string, { victim, read }: Conflict, erased: Erased): string {
  const { blame, isStoreAlone } = erased;
  // What is said of an eraser is what the look at the file shows: a read before it may have missed what was still there.
  const isTold = blame !== undefined && (blame.count > 0 || blame.writesLate);
  const { at, found } = (isTold ? blame.missed : undefined) ?? { at: read.end, found: read.value };
  const cause = blame && describeSuspects(blame, victim.f, erased);
  const isDoubtful = blame !== undefined && blame.suspects.length > 0 && !blame.wasSeen;
  const whoever = isStoreAlone ? 'other process' : 'look at the file';
  return [
    `${fate(key, victim, at, found)}, ${cause || `as ${reader(read)} found`}`,
    isDoubtful
      ? `; no ${whoever} had found it ${victim.of === 'write' ? 'there' : 'gone'}, so it may not have been written by then`
      : '',
    isTold && blame.backAt !== undefined ? `; it was back by ${inMs(blame.backAt)}` : '',
  ].join('');
}

/** What the victim wanted and what became of it. A call may still be under way when its change is gone already. */
function fate(key: string, victim: Zone, at: number, found: ValueId | null): string {
  const gone = found === null ? 'it was gone' : `${found} was back`;
  const { mutation, of, f } = victim;
  if (!mutation.acknowledged || at >= mutation.end) return `${wish(key, victim)} and ${gone} by ${inMs(at)}`;
  const effect = of === 'write' ? 'its entry was seen' : 'it was seen gone';
  const did = of === 'write' ? 'set' : 'removed';
  return `${mutation.id} ${did} "${key}" (returned at ${inMs(mutation.end)}): ${effect} by ${inMs(f)}, and ${gone} by ${inMs(at)}, before it returned`;
}

/**
 * `when tui-1.0.3 set "b" from an older copy of the file`, or one of several.
 * @param since from when on the victim certainly was there
 * @returns nothing if there is no name
 */
export function describeSuspects(
  blame: Blame,
  since: number,
  { wasPaused, isStoreAlone }: Pick<Erased, 'wasPaused' | 'isStoreAlone'>,
): string {
  const { suspects, late, certain, count, isFirstLikelier, writesLate } = blame;
  const [first, ...others] = suspects;
  if (writesLate)
    return 'and nothing tells by whose write: values were first seen in the file after they had been acknowledged';
  if (first === undefined)
    return count === 0 ? '' : `when ${count} writes were under way that may have erased it`;
  const copy = copyOf(suspects, since, isStoreAlone ? 'entries' : 'file');
  if (others.length === 0)
    return `${certain ? '' : 'probably '}when ${first.id}${wasPaused ? ', after a pause,' : ''} ${describeChange(first)} ${copy}`;
  const mark = isFirstLikelier ? ', most likely' : '';
  const named = others.map(
    (one) => `${one.id} (${describeChange(one)}${late.includes(one) ? ', acknowledged before' : ''})`,
  );
  return `when one of ${[`${first.id} (${describeChange(first)}${wasPaused ? ' after a pause' : ''}${mark})`, ...named].join(', ')} wrote ${copy}`;
}

/** It may never have been anywhere but in the memory of its process. */
export function afterKill({ time }: FaultEvent): string {
  return `; its process was killed at ${inMs(time)}, after the acknowledgement`;
}

export function afterPowerLoss({ time }: FaultEvent): string {
  return `; the power was lost at ${inMs(time)}, after the acknowledgement`;
}

/** One that began when the victim was certainly there has seen less than there was: a half-written file, say. */
function copyOf(suspects: readonly Operation[], since: number, what: 'file' | 'entries'): string {
  const isOlder = suspects.every(({ begin }) => begin <= since);
  return isOlder ? `from an older copy of the ${what}` : `from a copy of the ${what} without it`;
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
  if (writer === undefined) return 'which no operation wrote';
  if (writer.key !== key) return `which was written to "${writer.key}"`;
  if (writer.outcome === 'fail')
    return `whose writer received an error (${withoutQuote(writer.error ?? 'no reason given')})`;
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
