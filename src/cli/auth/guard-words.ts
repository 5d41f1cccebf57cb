import type { FileGuardEvent } from '../../guard/file-guard-options.js';
import type { Tally } from '../../guard/tally.js';
import { looksSecret } from '../masking.js';
import { shown } from './output.js';
import { clockTime, humanTime, isoInstant } from './time.js';

/** One event of a guard as a line. Names, never values. */
export function lineOf(event: FileGuardEvent, nowMs: number, { dryRun = false } = {}): string {
  return `${clockTime(nowMs)} ${sayEvent(event, dryRun ? 'would ' : '')}`;
}

/** The same as an object, for `--json` and for the notes beside the file. */
export function noteOf(event: FileGuardEvent, nowMs: number): object {
  const time = isoInstant(nowMs);
  if (event.type !== 'write') return { time, ...event };
  const { set, removed, putBack, removedAgain } = event;
  return {
    time,
    ...event,
    set: set.map(nameInNotes),
    removed: removed.map(nameInNotes),
    putBack: putBack.map(nameInNotes),
    removedAgain: removedAgain.map(nameInNotes),
  };
}

function sayEvent(event: FileGuardEvent, would: string): string {
  switch (event.type) {
    case 'on guard':
      return 'on guard';
    case 'waits':
      return 'another guard is there: waiting as its spare';
    case 'no directory':
      return 'the directory of the file is missing: waiting for it';
    case 'torn':
      return `the file stayed torn: ${would}put the last whole state in its place`;
    case 'removed':
      return 'the file was removed: logged out of everything';
    case 'repaired':
      return `repaired after ${Math.ceil(event.afterMs)} ms`;
    case 'failed':
      return `could not repair, and will try again: ${event.reason}`;
    case 'write':
      return sayWrite(event, would);
  }
}

function sayWrite(event: Extract<FileGuardEvent, { type: 'write' }>, would: string): string {
  const { kind, set, removed, putBack, removedAgain, ageMs } = event;
  const repairs = [
    ...(putBack.length > 0 ? [`${would}put back ${names(putBack)}`] : []),
    ...(removedAgain.length > 0
      ? [`${would}${would ? 'remove' : 'removed'} again ${names(removedAgain)}`]
      : []),
  ];
  const changes = [
    ...(set.length > 0 ? [`wrote ${names(set)}`] : []),
    ...(removed.length > 0 ? [`logged out ${names(removed)}`] : []),
  ];
  const change = changes.join(' and ') || 'wrote';
  if (kind === 'late') return `found what another program ${change} into a file that had just been replaced`;
  if (repairs.length === 0) {
    if (set.length === 0 && removed.length === 1) return `logged out: ${names(removed)} (alone: kept out)`;
    return `another program ${change}`;
  }
  const repair = repairs.join(', ');
  if (kind === 'misread')
    return `${repair}: another program took the file for empty${set.length > 0 ? `, and wrote ${names(set)}` : ''}`;
  if (kind === 'fresh') return `${repair}: another program ${change}, and dropped what it can't read`;
  return `${repair}: another program ${change} from a copy ${((ageMs ?? 0) / 1000).toFixed(1)} s old`;
}

const namesMax = 8;

function names(keys: readonly string[]): string {
  const some = keys.slice(0, namesMax).map(nameShown).join(', ');
  return keys.length > namesMax ? `${some} and ${keys.length - namesMax} more` : some;
}

/** A name that is a secret by mistake is not repeated. */
export function nameShown(key: string): string {
  return shown(nameInNotes(key));
}

/** The same for a program, which gets all other names as they are. */
export function nameInNotes(key: string): string {
  return looksSecret(key) ? '(a name like a secret)' : key;
}

/** What a guard has done, in one line. @param lengthMs how long it was there */
export function summaryOf(file: string, tally: Tally, lengthMs: number, { dryRun = false } = {}): string {
  const { writes, stale, late, putBack, removedAgain, restored, failures } = tally;
  const old = stale > 0 ? `, ${stale} from old copies or none` : '';
  const found = late > 0 ? `, ${late} into a replaced file` : '';
  const parts = [
    `${dryRun ? 'watched' : 'guarded'} ${file} for ${humanTime(lengthMs)}: ${writes} ${writes === 1 ? 'write' : 'writes'}${old}${found}`,
    ...counted(dryRun ? 'would have put back' : 'put back', putBack),
    ...counted(dryRun ? 'would have removed again' : 'removed again', removedAgain),
    ...(restored > 0 ? [`${dryRun ? 'stayed torn' : 'restored'}: ${restored} times`] : []),
    ...(failures > 0 ? [`failed attempts: ${failures}`] : []),
  ];
  return parts.join('; ');
}

function counted(what: string, keys: ReadonlyMap<string, number>): string[] {
  if (keys.size === 0) return [];
  const all = [...keys].map(([key, count]) => `${nameShown(key)}${count > 1 ? ` (${count} times)` : ''}`);
  const some = all.slice(0, namesMax).join(', ');
  return [`${what}: ${some}${all.length > namesMax ? ` and ${all.length - namesMax} more` : ''}`];
}
