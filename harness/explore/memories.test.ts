import { expect, onTestFinished } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { noFaults } from './execution/executed.js';
import {
  doubtMemories,
  inTurn,
  makeStrategy,
  optionsFor,
  search,
  simPoolFor,
} from './explore.test.helper.js';

interface Row {
  target: string;
  program: string;
  faults: object;
  conditions: object;
  schedules: number;
}

/** What was found of a search in which nothing that is remembered is believed. */
async function doubtedSearch({ target, program, faults, conditions, schedules }: Row) {
  const pool = await simPoolFor(target);
  const options = optionsFor(program, {
    ...{ faults: { ...noFaults, ...faults }, details: false, skipsKnownAudits: true, conditions },
  });
  const clients = options.program.clients.length;
  const strategy = makeStrategy(
    {
      ...{
        strategy: 'pct',
        preemptionsMax: undefined,
        prunes: true,
        schedulesMax: schedules,
        seed: 7,
        clients,
      },
      ...{ hasFaults: true, losesPower: 'losses' in faults, abandoned: false },
    },
    { index: 0, of: 1 },
  );
  const limits = { executionsMax: schedules, durationMsMax: 600_000, isStopped: () => false };
  const { doubted, end } = doubtMemories();
  onTestFinished(end);
  const { executions } = await inTurn(() =>
    search(pool, options, strategy, { ...limits, stopsAtFirst: false, pastSideFindings: 0 }),
  );
  end();
  return { executions, ...doubted };
}

const two = 'set a | remove a, get a';
const power = { model: 'posix', statesMax: 16 } as const;

eachInTiers(
  [
    ['claims.mjs', two, { kills: 1, pauses: 1 }, {}, 20],
    ['replaces.mjs?syncs=file', 'set a', { losses: 1 }, { power }, 20],
    ['blind.mjs', two, { kills: 1, damages: 1 }, { hosts: true, samePid: true }, 40],
    ['replaces.mjs?syncs=both', two, { losses: 1 }, { power }, 100],
    ['hardened?leaseMs=20', two, { kills: 1, pauses: 1, damages: 1 }, { samePid: true }, 40],
    ['hardened?leaseMs=20', 'set a | set b', { losses: 1 }, { power }, 40],
    ['hardened', 'set a, set b | look, look', { kills: 1 }, { hosts: true }, 40],
    ['hardened', two, { errnos: 2 }, { fromNothing: true }, 40],
    ['hardened', 'refresh | refresh', { pauses: 1 }, {}, 20],
    ['textbook', two, { kills: 2 }, {}, 40],
    ['textbook', 'set a', { losses: 1 }, { power }, 10],
    ['naive', two, { damages: 1, errnos: 1 }, { modes: true }, 40],
    ['intents.mjs', two, { kills: 1, pauses: 1 }, {}, 40],
    ['every-way.mjs', 'set watch | set recursive', {}, {}, 40],
    ['every-way.mjs', 'set handle | set both', { kills: 1 }, {}, 40],
    ['lease-dir', two, { kills: 1, pauses: 1 }, {}, 40],
  ],
  2,
)(
  'what is remembered of %s is what is found anew at each step: %s %j %j',
  async (target, program, faults, conditions, schedules) => {
    const { executions, compared, wrong } = await doubtedSearch({
      ...{ target, program, faults, conditions, schedules },
    });
    expect([executions > 1, wrong]).toEqual([true, []]);
    expect(Object.entries(compared).filter(([, count]) => count === 0)).toEqual([]);
  },
);
