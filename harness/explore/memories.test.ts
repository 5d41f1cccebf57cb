import { expect, onTestFinished } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { type Conditions, noFaults } from './execution/executed.js';
import {
  doubtMemories,
  inTurn,
  makeStrategy,
  optionsFor,
  search,
  simPoolFor,
} from './explore.test.helper.js';
import { parseProgram } from './schedule/program.js';

interface Row {
  target: string;
  program: string;
  faults: object;
  conditions: Conditions;
  schedules: number;
}

/** What was found of two searches in which nothing that is remembered is believed: without faults, and then with them. */
async function doubtedSearches({ target, program, faults, conditions, schedules }: Row) {
  const pool = await simPoolFor(target);
  const { doubted, end } = doubtMemories();
  onTestFinished(end);
  const found = await inTurn(() => {
    const setup = { label: target, seed: 1, program: parseProgram(program) };
    const ground = pool.survey(setup, () => undefined);
    pool.ground = 'damages' in faults ? pool.surveyForDamage(setup, ground) : ground;
    const [clean, faulty] = [{}, faults].map((some) => drawn(pool, program, some, conditions, schedules));
    return { clean, faulty };
  });
  end();
  return { ...found, ...doubted };
}

function drawn(
  ...[pool, program, faults, { power, ...others }, schedules]: [
    ...[pool: Awaited<ReturnType<typeof simPoolFor>>, program: string, faults: object],
    ...[conditions: Conditions, schedules: number],
  ]
): number {
  const losesPower = 'losses' in faults;
  const conditions = losesPower && power ? { ...others, power } : others;
  const options = optionsFor(program, {
    ...{ faults: { ...noFaults, ...faults }, details: false, skipsKnownAudits: true, conditions },
  });
  const bounds = { preemptionsMax: undefined, prunes: true, schedulesMax: schedules, seed: 7 };
  const clients = options.program.clients.length;
  const strategy = makeStrategy(
    { ...bounds, strategy: 'pct', clients, hasFaults: true, losesPower, abandoned: false },
    { index: 0, of: 1 },
  );
  const limits = { executionsMax: schedules, durationMsMax: 600_000, isStopped: () => false };
  const all = { ...limits, stopsAtFirst: false, pastSideFindings: 0 };
  return search(pool, options, strategy, all).executions;
}

const two = 'set a | remove a, get a';
const power = { model: 'posix', statesMax: 16 } as const;

eachInTiers<[string, string, object, Conditions, number]>(
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
    const { clean, faulty, compared, wrong } = await doubtedSearches({
      ...{ target, program, faults, conditions, schedules },
    });
    expect([clean, faulty, wrong]).toEqual([schedules, schedules, []]);
    expect(Object.entries(compared).filter(([, count]) => count === 0)).toEqual([]);
  },
);
