import { expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import { noFaults } from '../execution/executed.js';
import { inTurn, makeStrategy, optionsFor, search, simPoolFor } from '../explore.test.helper.js';

/** Which kinds of failures drawn schedules of the textbook store come to, unmodified packages included. */
async function kindsOf(program: string, schedulesMax: number, faults: object, abandoned = false) {
  const pool = await simPoolFor('textbook');
  const options = optionsFor(program, {
    ...{ faults: { ...noFaults, ...faults }, details: false, skipsKnownAudits: true },
  });
  const strategy = makeStrategy(
    {
      ...{ strategy: 'pct', preemptionsMax: undefined, prunes: true, schedulesMax, seed: 1 },
      ...{ clients: options.program.clients.length, hasFaults: true, abandoned },
    },
    { index: 0, of: 1 },
  );
  const limits = { executionsMax: schedulesMax, durationMsMax: 600_000, isStopped: () => false };
  const { failures } = await inTurn(() =>
    search(pool, options, strategy, { ...limits, stopsAtFirst: true, pastSideFindings: schedulesMax }),
  );
  return failures.map(({ kind }) => kind);
}

it('a holder of proper-lockfile that is paused beyond "stale" writes over what came after it', async () => {
  expect(await kindsOf('set a | set b', 60, { pauses: 1 })).toContain('lost-update');
});

it(
  'two waiters of proper-lockfile take over one stale lock, and one of their writes is lost',
  long,
  async () => {
    const faults = { kills: 1, waits: 1 };
    expect(await kindsOf('set a | set b | set c', 500, faults, true)).toContain('lost-update');
  },
);
