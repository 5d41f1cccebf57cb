import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { long, nightly } from '../../src/tiers.test.helper.js';
import { patienceMs } from '../../src/waiting.test.helper.js';
import { leavesAtOnce, lostInACrowd, lostWakeUps, staysInFront } from '../mutants/hand-over.js';
import { applyTo, type Mutant } from '../mutants/mutant.js';
import { explore, optionsFor, poolFor, search, searchSimulated } from './explore.test.helper.js';
import { RandomWalk } from './search/random-walk.js';
import type { FoundFailure } from './search/search.js';

const project = path.resolve(import.meta.dirname, '../..');
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-idle-test-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const made = new Map<string, string>();

/** The store with faults in it, as a target. */
function planted(mutants: readonly Mutant[]): string {
  const names = mutants.map(({ name }) => name).join();
  const target = made.get(names) ?? plant(mutants);
  made.set(names, target);
  return target;
}

function plant(mutants: readonly Mutant[]): string {
  const place = mkdtempSync(path.join(root, 'store-'));
  cpSync(path.join(project, 'src'), path.join(place, 'src'), {
    recursive: true,
    filter: (name) => !name.includes('.test.'),
  });
  symlinkSync(path.join(project, 'node_modules'), path.join(place, 'node_modules'));
  for (const mutant of mutants) {
    const source = path.join(place, mutant.file);
    writeFileSync(source, applyTo(readFileSync(source, 'utf8'), mutant));
  }
  const target = path.join(place, 'target.ts');
  writeFileSync(
    target,
    `import { openStore } from './src/store/store.js';
     export const open = (file) => openStore(file);
     export const artifacts = [/\\.last$/, /\\.intents$/];`,
  );
  return target;
}

const clients = ['set a, set b, set c', 'set d, set e, set f'];
const few = ['set a, set b', 'set c, set d'];
const three = [...clients, 'set g, set h'];

/** It has to wake the next after each commit that carries nothing along. */
const goesAtOnce = [leavesAtOnce];

describe('a search for executions in which all sleep', () => {
  const expectIdle = (failures: readonly FoundFailure[]) =>
    expect(failures).toMatchObject([{ kind: 'idle', guarantee: 'G7' }]);
  const random = { clients, strategy: 'random', idle: true } as const;

  // The first of them is the store as it once was: two processes together were slower than one.
  const lost = [
    ...lostWakeUps.map((mutant) => [mutant.name, [mutant], few] as const),
    ['what stays in front of another goes without a word', staysInFront, few] as const,
    ...lostInACrowd.map((mutant) => [mutant.name, [mutant], three] as const),
  ];

  it.each(lost.slice(0, 1))('a wake-up that is lost is found as idle: %s', async (_, mutants) => {
    const target = planted([...goesAtOnce, ...mutants]);
    expectIdle((await searchSimulated({ ...random, clients: few, target, schedules: 300 })).failures);
  });

  const foundForReal = async (_: string, mutants: readonly Mutant[], all: readonly string[]) => {
    const pool = await poolFor(planted([...goesAtOnce, ...mutants]));
    const options = optionsFor(all.join(' | '), { conditions: { idleMs: 3 }, details: false });
    const { failures } = search(pool, options, new RandomWalk(1, 300, { index: 0, of: 1 }), {
      ...{ executionsMax: 300, durationMsMax: patienceMs, stopsAtFirst: true },
      ...{ pastSideFindings: 0, isStopped: () => false },
    });
    expectIdle(failures);
  };
  const forReal = 'a wake-up that is lost is found as idle among real processes: %s';
  it.each(lost.slice(0, 1))(forReal, { ...long, timeout: 2 * patienceMs }, foundForReal);
  it.each(lost.slice(1))(forReal, { ...nightly, timeout: 2 * patienceMs }, foundForReal);

  // What makes a failure small is tried in shrink tests, and what runs it again in those of replay.
  it('an idle execution is made small, and is the same in new processes', {
    ...nightly,
    timeout: 900_000,
  }, async () => {
    const target = planted([...goesAtOnce, ...lostWakeUps.slice(0, 1)]);
    const { failures } = await explore({ target, clients, strategy: 'random', schedules: 300, idle: true });
    expect(failures).toMatchObject([
      { kind: 'idle', replayed: { same: 2, of: 2 }, conditions: { idleMs: 3 } },
    ]);
  });

  it('without the option no wait is a failure', async () => {
    const target = planted([...goesAtOnce, ...lostWakeUps.slice(0, 1)]);
    const options = { ...random, clients: few, target, idle: false, schedules: 1 };
    const { failures, longestWait } = await searchSimulated(options);
    expect(failures).toEqual([]);
    expect(longestWait.ms).toBeGreaterThan(3);
  });

  /** The first of these schedules is the one in which a wake-up that is lost is found. */
  const neverSleeps = async (target: string, schedules: number) => {
    const { failures, executions } = await searchSimulated({ ...random, clients: few, target, schedules });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect(executions).toBe(schedules);
  };
  const neverSleepsForReal = async (target: string, schedules: number, all: readonly string[]) => {
    const found = await explore({ ...random, target, schedules, clients: all });
    expect(found.failures.map(({ kind, sentence, schedule }) => [kind, sentence, schedule])).toEqual([]);
    expect(found).toMatchObject({ result: 'valid', executions: schedules });
  };

  const whereItGoes =
    'a store that wakes the next each time it goes never sleeps, even where it goes at once';
  it(whereItGoes, () => neverSleeps(planted(goesAtOnce), 1));
  it(`${whereItGoes}, among real processes`, long, () => neverSleepsForReal(planted(goesAtOnce), 3, clients));
  const title = 'the hardened store never sleeps over a request: %s in %i schedules of %j';
  it('the hardened store never sleeps over a request in simulation', () => neverSleeps('hardened', 1));

  it.each([
    ['hardened', 3, clients],
    ['hardened', 30, three],
    ['hardened?termMs=0', 30, three],
  ] as const)(title, { ...long, timeout: 3_600_000 }, neverSleepsForReal);

  it.each([
    ['hardened', 500, three],
    ['hardened?termMs=0', 500, three],
  ] as const)(title, { ...nightly, timeout: 3_600_000 }, neverSleepsForReal);
});
