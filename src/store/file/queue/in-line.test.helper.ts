import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { passTime, patient, until } from '../../../waiting.test.helper.js';
import { around } from '../../calls.test.helper.js';
import { newFile, strangersIntent, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import type { StoreOptions } from '../../store-options.js';
import { built, library } from '../../system.test.helper.js';

/**
 * A change that waits in line lies there as a request, which others carry along. Another process acts between two steps of
 * its owner: it must then be there exactly once, and its owner must hear the truth.
 */
export function beforeCall(
  name: 'mkdirSync' | 'openSync',
  isMeant: (place: string) => boolean,
  meanwhile: () => void,
): () => number {
  return around(name, (place = '') => isMeant(place), { before: meanwhile });
}

export const isIntentName = (name: string) => /^[ik]-/.test(name);
export const isIntent = (place: string) => isIntentName(path.basename(place));

/** Runs to its end in another process, which reckons with our own not for long. */
export function elsewhere(file: string, does: string): void {
  const program = `
    const { openStore } = await import(${JSON.stringify(library)});
    const store = openStore(${JSON.stringify(file)}, { leaseMs: 1, ...${JSON.stringify(patient)} });
    ${does}`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    stdio: 'pipe',
  });
}

/** The same for one that is killed right before, or right after, it puts the file in place. */
export function killedElsewhere(file: string, when: 'before' | 'after' = 'before'): void {
  const program = `
    const { dieAtRenameTo } = await import(${JSON.stringify(built('intercept.test.helper'))});
    dieAtRenameTo(${JSON.stringify(file)}, ${JSON.stringify(when)});
    await store.set('other', 2);`;
  expect(() => elsewhere(file, program)).toThrow(expect.objectContaining({ signal: 'SIGKILL' }));
}

export async function setInLine(file: string, options: StoreOptions): Promise<void> {
  const store = openStore(file, { ...patient, ...options });
  await store.set('mine', 1);
  await store.close();
}

/**
 * The same until its deadline is over, which it is once the request is out: the clock of this process is set forward then.
 * A short deadline would be over on a busy machine before there is a request.
 */
export async function setInLineUntilDeadline(file: string): Promise<void> {
  const call = setInLine(file, { leaseMs: 2 * patient.deadlineMs });
  const isOut = () => readdirSync(`${file}.intents`).some((name) => name.startsWith('r'));
  await Promise.race([call, until(isOut)]);
  passTime(patient.deadlineMs);
  await call;
}

/** With a stranger's intent in the way, so that the next change becomes a request first. */
export async function newStoreInLine(): Promise<string> {
  const file = newFile();
  await openStore(file).set('first', 0);
  mkdirSync(strangersIntent(file), { recursive: true });
  return file;
}

export const contentOf = (file: string) => JSON.parse(textOf(file)) as unknown;
