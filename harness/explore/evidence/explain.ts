import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import type { FileEvent, HistoryEvent } from '../../history/events.js';
import type { Executed, Step } from '../execution/executed.js';
import type { Failure } from '../execution/failure.js';
import { asksForLife, opensFile } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import { openWay } from '../protocol/open-flags.js';
import type { CallToMake } from '../protocol/protocol.js';
import { nameOf } from '../schedule/action.js';
import { type Base, baseOf, isRead, stepOf } from './base-version.js';

/** One line of the table: what one client did, and what the file then held. */
export interface StepRow {
  /** From 1. */
  step: number;
  client: number;
  text: string;
  file: string;
  /** `file:line`, as far as it is known. */
  site: string | undefined;
}

/** The sources that the lines of a bundle come from. */
export type ToSource = (place: string) => string;

/** Goes by the map beside a file, where there is one: beside a bundle, and beside what a compiler has made. */
export function sourcesOf(): ToSource {
  const maps = new Map<string, SourceMap | undefined>();
  return function toSource(place) {
    const [, file = '', line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
    if (!maps.has(file)) maps.set(file, mapBeside(file));
    const found = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!found || !('originalSource' in found)) return place;
    return `${path.resolve(path.dirname(file), found.originalSource)}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  };
}

function mapBeside(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    // There is none, or it can't be read: then the line of the file itself is what is known.
    return undefined;
  }
}

/** The line to name: the program's own rather than one of a library that stands between it and the system. */
export function siteOf({ end }: Step, toSource: ToSource): string | undefined {
  const places = (end?.site ?? '')
    .split('\n')
    .filter((place) => place !== '')
    .map(toSource);
  const isBetween = (place: string) => /[\\/]graceful-fs[\\/]|\/util:\d/.test(place);
  const named = places.find((place) => !isBetween(place) && !place.startsWith('/util')) ?? places[0];
  return named?.replace(/:\d+$/, '');
}

/** What each step did, in words. */
export function toRows({ steps, events }: Executed, toSource: ToSource): StepRow[] {
  const versions = versionsByStep(events);
  const files = filesIn(events);
  return steps.map((step, index) => ({
    step: index + 1,
    client: step.client,
    text: describeStep(step, baseOf(steps, index, files)),
    file: step.action.do === 'damage' ? 'damaged' : (versions.get(index + 1) ?? ''),
    site: siteOf(step, toSource),
  }));
}

function describeStep(step: Step, base: Base | undefined): string {
  const { action, call, end, path: place, to } = step;
  if (action.do === 'kill') return 'SIGKILL';
  if (action.do === 'pause') return 'is stopped for two minutes (SIGSTOP)';
  if (action.do === 'wait') return '(two minutes pass)';
  if (action.do === 'damage') return '(the file is cut to half)';
  if (action.do === 'clock')
    return `(the wall clock is set ${action.ms > 0 ? 'forward' : 'back'} by ${Math.abs(action.ms) / 60_000} minutes)`;
  if (action.do === 'power') return `(power loss: ${step.lost})`;
  if (step.startsAs !== undefined) return `starts, with the number of the killed process: ${step.startsAs}`;
  if (!call) return 'wakes up';
  if (end?.waits) return `${describeCall(call, place, to)}: has to wait for it`;
  const failed =
    end?.errno === undefined ? '' : `: ${end.errno}${action.do === 'fail' ? ' (made to fail)' : ''}`;
  const text = end?.errno === undefined && factsOf(call.call)?.isShown ? oneLine(end?.text ?? '') : '';
  return (
    [
      describeCall(call, place, to),
      base?.isReplaced ? `(v${base.version}, replaced since)` : '',
      text && `-> ${text}`,
    ]
      .filter((part) => part !== '')
      .join(' ') + failed
  );
}

function describeCall(made: CallToMake, place = '', to?: string): string {
  const { call, flags, of, half } = made;
  if (half !== undefined) {
    const { half: _, ...whole } = made;
    return `resolve (${describeCall({ ...whole, call: half }, place, to)})`;
  }
  const name = path.posix.basename(place);
  if (opensFile(call)) return `open ${name} ${openFor(flags)}`;
  if (asksForLife(made)) return `does process ${of} live?`;
  if (factsOf(call)?.sleeps) return 'sleeps';
  return [call, name, to === undefined ? '' : `-> ${path.posix.basename(to)}`]
    .filter((part) => part !== '')
    .join(' ');
}

function openFor(flags: string | undefined): string {
  const { isDirectory, isPathOnly, writes, isExclusive, truncates } = openWay(flags);
  if (isDirectory) return 'as a directory';
  if (isPathOnly) return 'as a path';
  if (!writes) return 'to read';
  return `to write${isExclusive ? ' (new)' : truncates ? ' (cut to nothing)' : ''}`;
}

const textMax = 60;

/** Contents by their entries where they are a document, as they are otherwise. */
function oneLine(text: string): string {
  const entries = entriesIn(text);
  const short = entries ?? text.replaceAll(/\s+/g, ' ');
  return short.length > textMax ? `${short.slice(0, textMax)}...` : short || '(nothing)';
}

function entriesIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? `{${Object.keys(value).join(', ')}}` : undefined;
  } catch {
    return undefined;
  }
}

/** The whole contents of the file, in their order. */
export function filesIn(events: readonly HistoryEvent[]): FileEvent[] {
  return events.filter((event): event is FileEvent => event.type === 'file' && event.broken === null);
}

function versionsByStep(events: readonly HistoryEvent[]): Map<number, string> {
  const keys = new Set<string>();
  const texts = filesIn(events).map((version): [number, string] => {
    for (const key of Object.keys(version.set)) keys.add(key);
    for (const key of version.removed) keys.delete(key);
    const lost = version.removed.length > 0 ? ` (without ${version.removed.join(', ')})` : '';
    return [stepOf(version), `v${version.version} {${[...keys].join(', ')}}${lost}`];
  });
  return new Map(texts);
}

/**
 * Which write erased what: `v2 -> v3 by p0 removed k1, based on v1`.
 * @returns undefined if no version of the file lost what the failure is about
 */
export function describeEraser({ steps, events }: Executed, { finding }: Failure): string | undefined {
  const versions = filesIn(events);
  const key = finding?.key;
  const eraser = versions.find(({ removed }) => key !== undefined && removed.includes(key));
  const step = eraser && steps[stepOf(eraser) - 1];
  if (!eraser || !step) return undefined;
  const lastRead = steps.findLastIndex(
    (one, index) => index < stepOf(eraser) && one.client === step.client && isRead(one),
  );
  const base = baseOf(steps, lastRead, versions);
  const based = lastRead < 0 ? '' : `, based on v${base?.version ?? 0}`;
  return `v${eraser.version - 1} -> v${eraser.version} by ${nameOf(step.client)} removed ${eraser.removed.join(', ')}${based}`;
}
