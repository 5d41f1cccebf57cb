import { describe, expect, it } from 'vitest';
import { eachInTiers, nightly, propertyInTiers } from '../../../src/tiers.test.helper.js';
import { noFaults } from '../execution/executed.js';
import {
  explore,
  follow,
  inTurn,
  makeStrategy,
  optionsFor,
  search,
  simPoolFor,
} from '../explore.test.helper.js';

/** All that a search of one or two preemptions comes to. */
async function searched(target: string, usesMemo: boolean, faults = {}) {
  const pool = await simPoolFor(target, usesMemo);
  const options = optionsFor('set a | set b, get b', {
    ...{ faults: { ...noFaults, ...faults }, details: false, skipsKnownAudits: true },
  });
  const strategy = makeStrategy(
    {
      ...{ strategy: 'dpor', preemptionsMax: 2, prunes: true, schedulesMax: 400, seed: 1, clients: 2 },
      ...{ hasFaults: Object.keys(faults).length > 0, abandoned: false },
    },
    { index: 0, of: 1 },
  );
  const limits = { executionsMax: 400, durationMsMax: 600_000, stopsAtFirst: false, pastSideFindings: 0 };
  const found = await inTurn(() => search(pool, options, strategy, { ...limits, isStopped: () => false }));
  const { executions, steps, stepsMax, outcomes, exhausted, uncontrolled } = found;
  const failures = found.failures.map(({ kind, execution, count }) => [kind, execution, count]);
  return { executions, steps, stepsMax, outcomes, exhausted, uncontrolled, failures };
}

describe('what is remembered of a virtual process', () => {
  const same = async (target: string, faults: object) =>
    expect(await searched(target, true, faults)).toEqual(await searched(target, false, faults));
  const title = 'a search of %s finds the same with it and without it: %j';
  eachInTiers([
    ['naive', {}],
    ['textbook', {}],
    ['naive', { kills: 1 }],
  ] as const)(title, same);
  it.each([
    ['intents.mjs', { pauses: 1 }],
    ['textbook', { errnos: 1 }],
  ] as const)(title, nightly, same);

  const manyTimes = async (times: number) => {
    const pool = await simPoolFor('textbook');
    await inTurn(() => {
      const first = follow(pool, optionsFor('set a | set b'), [], false);
      for (let time = 0; time < times; time++)
        expect(follow(pool, optionsFor('set a | set b'), [], false)).toEqual(first);
    });
  };
  const sameTitle = 'a schedule leads to the same each time, in new lives and in remembered ones';
  propertyInTiers(sameTitle, { few: 10, many: 100 }, manyTimes);

  it('a program that does something else in another life is refused, since its calls are no function of what it finds', async () => {
    const pool = await simPoolFor('not-simulated.mjs', false);
    const twice = () => [1, 2].map(() => follow(pool, optionsFor('set keeps'), [], false));
    await expect(inTurn(twice)).rejects.toThrow(/did something else|made again/);
  });
});

describe('what is not simulated', async () => {
  const pool = await simPoolFor('not-simulated.mjs');

  it.each([
    ['streams', 'it calls fs.createReadStream'],
    ['watchFile', 'it calls fs.watchFile'],
    ['statfs', 'it calls fs.statfsSync'],
    ['spawn', 'it calls child_process.spawn'],
    ['thread', 'it calls worker_threads.Worker'],
    ['socket', 'it calls net.connect'],
    ['fetch', 'it calls fetch'],
    ['umask', 'it changes its umask'],
    ['chdir', 'it calls process.chdir'],
    ['report', 'it uses process.report'],
    ['outside', 'it looks outside of its home: open /etc/hostname'],
    ['way', 'it takes a way through /proc'],
    ['addon', 'it loads left-pad'],
    ['keys', 'it calls crypto.generateKeyPairSync'],
    ['subtle', 'it uses crypto.subtle'],
    ['compressed', 'it calls zlib.gzip'],
    ['signal', 'it sends SIGTERM to process 1'],
    ['shared', 'a client changes Promise.prototype'],
  ])('a program that does it is refused, and what it does is named: %s', async (way, words) => {
    const run = () => follow(pool, optionsFor(`set ${way} | set a`), [], false);
    await expect(inTurn(run)).rejects.toThrow(words);
  });
});

it('the hardened store is simulated, also in a thread in which nothing was done before', async () => {
  const { executor, notSimulated } = await explore({ target: 'hardened', executor: 'sim', preemptions: 0 });
  expect([executor, notSimulated]).toEqual(['sim', undefined]);
});
