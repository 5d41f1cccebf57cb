import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import type { ScheduleFile } from './evidence/exploration.js';
import { replaySchedule, replaySimulated } from './explore.test.helper.js';

const directory = fileURLToPath(new URL('../../scenarios/schedules/', import.meta.url));
/** One of each kind of choice, for `npm test`: an error, a kill, a lock that a killed process leaves, and a pause. */
const first = ['naive-23b97dcf', 'textbook-e4753242', 'textbook-a12eb8b9', 'lease-dir-63e977d8'];
const rankOf = ({ id }: ScheduleFile) => (first.includes(id) ? 0 : 1);
const corpus = readdirSync(directory)
  .map((name): ScheduleFile => JSON.parse(readFileSync(path.join(directory, name), 'utf8')))
  .sort((a, b) => rankOf(a) - rankOf(b));

/** A package may name its temporary file after the place where it is installed. */
const withoutNames = (sentence: string | undefined) => sentence?.replace(/\d{6,}/g, '*');

describe('the known bugs, by their schedules', () => {
  const again = async (file: ScheduleFile, executor: 'sim' | 'process') => {
    const replayed = await replaySchedule(file, { executor });
    expect(replayed).toMatchObject({ result: 'invalid', kind: file.kind, same: 2, of: 2 });
    expect(withoutNames(replayed.sentence)).toBe(withoutNames(file.sentence));
    const replayElsewhere = executor === 'sim' ? replaySimulated : replaySchedule;
    const elsewhere = await replayElsewhere(file, { target: 'hardened', times: 1 });
    expect(elsewhere).toMatchObject({ result: 'valid' });
  };
  const title = 'the schedule %s fails again with %s in %s, and passes on the hardened store';
  const rows = corpus.map((file) => [file.id, file.kind, file.program, file] as const);

  eachInTiers(rows, first.length)(`${title}, in simulation`, (...[, , , file]) => again(file, 'sim'));
  it.each(rows)(title, long, (...[, , , file]) => again(file, 'process'));

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
