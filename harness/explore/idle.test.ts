import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eachInTiers, nightly } from '../../src/tiers.test.helper.js';
import { patienceMs } from '../../src/waiting.test.helper.js';
import { leavesAtOnce, lostWakeUps } from '../mutants/hand-over.js';
import { applyTo, type Mutant } from '../mutants/mutant.js';
import { explore, optionsFor, poolFor, search } from './explore.test.helper.js';
import { RandomWalk } from './search/random-walk.js';

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

/** It has to wake the next after each commit that carries nothing along. */
const goesAtOnce = [leavesAtOnce];

describe('a search for executions in which all sleep', () => {
  // The first of them is the store as it once was: two processes together were slower than one.
  eachInTiers(
    lostWakeUps.map((mutant) => [mutant.name, mutant] as const),
    1,
    nightly,
  )(
    'a wake-up that is lost is found as idle: %s',
    async (_, mutant) => {
      const pool = await poolFor(planted([...goesAtOnce, mutant]));
      const options = optionsFor(clients.join(' | '), { conditions: { idleMs: 3 }, details: false });
      const { failures } = search(pool, options, new RandomWalk(1, 300, { index: 0, of: 1 }), {
        ...{ executionsMax: 300, durationMsMax: patienceMs, stopsAtFirst: true },
        ...{ pastSideFindings: 0, isStopped: () => false },
      });
      expect(failures).toMatchObject([{ kind: 'idle', guarantee: 'G7' }]);
    },
    { timeout: 2 * patienceMs },
  );

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
    const { failures, longestWait } = await explore({ target, clients, strategy: 'random', schedules: 2 });
    expect(failures).toEqual([]);
    expect(longestWait.ms).toBeGreaterThan(3);
  });

  it('a store that wakes the next each time it goes never sleeps, even where it goes at once', async () => {
    const target = planted(goesAtOnce);
    const found = await explore({ target, clients, strategy: 'random', schedules: 3, idle: true });
    expect(found).toMatchObject({ result: 'valid', executions: 3, failures: [] });
  });

  const neverSleeps = async (target: string, schedules: number, all: readonly string[]) => {
    const found = await explore({ target, clients: all, strategy: 'random', schedules, idle: true });
    expect(found.failures.map(({ kind, sentence, schedule }) => [kind, sentence, schedule])).toEqual([]);
    expect(found).toMatchObject({ result: 'valid', executions: schedules });
  };
  const three = [...clients, 'set g, set h'];
  const title = 'the hardened store never sleeps over a request: %s in %i schedules of %j';

  eachInTiers(
    [
      ['hardened', 3, clients],
      ['hardened', 30, three],
      ['hardened?termMs=0', 30, three],
    ] as const,
    1,
  )(title, neverSleeps, { timeout: 3_600_000 });

  it.each([
    ['hardened', 500, three],
    ['hardened?termMs=0', 500, three],
  ] as const)(title, { ...nightly, timeout: 3_600_000 }, neverSleeps);
});
