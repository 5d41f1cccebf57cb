import { expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import {
  explore,
  exploreByDefault,
  fixture,
  replaySchedule,
  searchProcesses,
  searchSimulated,
} from '../explore.test.helper.js';
import { exploreToHtml } from '../report/html.js';
import { toExploreReport } from '../report/report.js';
import { explorationToTerminal } from '../report/terminal.js';

// Its short twin is the first search of harness/cli/explore.test.ts.
it(
  'a module is simulated by default, and a failure is told as real processes have confirmed it',
  long,
  async () => {
    const found = await exploreByDefault({ target: 'naive' });
    expect(found).toMatchObject({ executor: 'sim', result: 'invalid' });
    const [failure] = found.failures;
    expect(failure).toMatchObject({ kind: 'lost-update', replayed: { same: 2, of: 2 } });
    expect(failure?.unconfirmed).toBeUndefined();
    const file = JSON.parse(JSON.stringify(failure));
    expect(await replaySchedule(file, { executor: 'sim', times: 3 })).toMatchObject({
      ...{ executor: 'sim', result: 'invalid', same: 3, of: 3 },
    });
  },
);

// Real processes take another schedule in explore.test.ts.
it('a schedule that was found in simulation is replayed by real processes', long, async () => {
  const { failures } = await explore({ target: 'naive', executor: 'sim' });
  expect(await replaySchedule(JSON.parse(JSON.stringify(failures[0])))).toMatchObject({
    ...{ executor: 'process', result: 'invalid', same: 2 },
  });
});

it('a failure that exists in simulation only says so in every output, and is no verdict', async () => {
  const found = await exploreByDefault({
    target: fixture('only-simulated.mjs'),
    clients: ['set k0, set k1'],
  });
  expect(found).toMatchObject({ executor: 'sim', result: 'unknown', cause: 'nondeterministic' });
  const [failure] = found.failures;
  const sentence = expect.stringContaining('It exists in the simulation only');
  expect(failure?.unconfirmed).toEqual({ isExplained: true, isOnlySimulated: true, sentence });
  const report = toExploreReport([{ scenario: 'explore', exploration: found, reproduce: '' }]);
  for (const output of [explorationToTerminal(found, () => ''), exploreToHtml(report, () => '')]) {
    expect(output).toContain('lost-update, in simulation only');
    expect(output).toContain('It exists in the simulation only');
  }
});

it('a target that does what is not simulated is searched by real processes, and the report says what it does', async () => {
  const found = await exploreByDefault({ target: fixture('every-way.mjs'), clients: ['set readStream'] });
  const why = 'it calls fs.createReadStream, which is not simulated';
  expect(found).toMatchObject({ executor: 'process', notSimulated: expect.stringContaining(why) });
  expect(explorationToTerminal(found, () => '')).toMatch(
    new RegExp(`^The search was made by real processes, .*: .*${why}`, 'm'),
  );
});

it('a target that does not come to a stop in simulation is searched by real processes', long, async () => {
  const found = await explore({ target: fixture('spins.mjs'), executor: 'sim', patienceMs: 2000 });
  expect(found).toMatchObject({ executor: 'process', notSimulated: 'a client does not come to a stop' });
});

it('a program is not simulated', async () => {
  const search = explore({ program: 'git-config', executor: 'sim' });
  await expect(search).rejects.toThrow('a program is run by real processes');
});

// Its short twin is same-schedules.test.ts, call by call.
it.each([
  ['with one preemption', { preemptions: 1 }],
  ['in all interleavings', {}],
])(
  'a search of the textbook store in simulation tries as many as one of real processes: %s',
  long,
  async (_, more) => {
    const options = { target: 'textbook', clients: ['set a', 'set b'], ...more };
    const [real, virtual] = [await searchProcesses(options), await searchSimulated(options)];
    const { executions, steps, stepsMax, outcomes } = real;
    expect(virtual).toMatchObject({ executions, steps, stepsMax, outcomes, exhausted: true, failures: [] });
  },
);
