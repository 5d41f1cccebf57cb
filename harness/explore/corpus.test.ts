import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import type { ScheduleFile } from './evidence/exploration.js';
import { replaySchedule } from './explore.test.helper.js';

const directory = fileURLToPath(new URL('../../scenarios/schedules/', import.meta.url));
/** One of each kind of choice, for `npm test`: a kill, a lock that a killed process leaves, and a pause. */
const kinds = ['textbook-e4753242', 'textbook-a12eb8b9', 'lease-dir-63e977d8'];
const rankOf = ({ id }: ScheduleFile) => (kinds.includes(id) ? 0 : 1);
const corpus = readdirSync(directory)
  .map((name): ScheduleFile => JSON.parse(readFileSync(path.join(directory, name), 'utf8')))
  .sort((a, b) => rankOf(a) - rankOf(b));

/** A package may name its temporary file after the place where it is installed. */
const withoutNames = (sentence: string | undefined) => sentence?.replace(/\d{6,}/g, '*');

describe('the known bugs, by their schedules', () => {
  eachInTiers(
    corpus.map((file) => [file.id, file.kind, file.program, file] as const),
    kinds.length,
  )(
    'the schedule %s fails again with %s in %s, and passes on the hardened store',
    async (id, kind, __, file) => {
      const again = await replaySchedule(file);
      expect(again).toMatchObject({ result: 'invalid', kind, same: 2, of: 2 });
      expect(withoutNames(again.sentence)).toBe(withoutNames(file.sentence));
      const executor = kinds.includes(id) ? 'sim' : 'process';
      const elsewhere = await replaySchedule(file, { target: 'hardened', times: 1, executor });
      expect(elsewhere).toMatchObject({ result: 'valid' });
    },
  );

  it.each(kinds)('the schedule %s passes on the hardened store in real processes, too', long, async (id) => {
    const file = corpus.find((one) => one.id === id);
    if (!file) throw new Error(`${id} is gone`);
    const elsewhere = await replaySchedule(file, { target: 'hardened', times: 1, executor: 'process' });
    expect(elsewhere).toMatchObject({ result: 'valid' });
  });

  it('every store that ships with a bug has a schedule', () => {
    const targets = new Set(corpus.map(({ target }) => target.split('?')[0]));
    expect([...targets].sort()).toEqual([
      'in-process-lock',
      'lease-dir',
      'naive',
      'rename-only',
      'strict-read',
      'textbook',
    ]);
  });
});
