import type { ExploreOptions } from '../../explore/search/explore-options.js';
import type { Searched } from '../../explore/search/search.js';
import { exploreByProcesses } from '../by-processes.js';
import { type BenchContext, inRounds, type Part } from '../context.js';
import { sharesOf } from '../cost-by-part.js';
import { processorSeconds } from '../processor-time.js';
import type { ValueResult } from '../result.js';
import { spreadOf } from '../statistics.js';
import { valueResultsOf } from '../value-result.js';

const value = valueResultsOf('simulations');

const roundsDefault = 3;

interface Simulation {
  name: string;
  title: string;
  options: ExploreOptions & { target: string };
  executions: number;
  /** Of real processes, beside it; none where only a simulated machine can do it. */
  gated?: number;
  /** What is counted a second of processor time. */
  counted?: { what: string; of: (searched: Searched) => number };
  atLeast: number;
}

const drawn = { strategy: 'pct', schedules: Number.MAX_SAFE_INTEGER } as const;

const simulations: readonly Simulation[] = [
  {
    name: 'naive',
    title: 'naive',
    options: { target: 'naive', ...drawn },
    executions: 3000,
    gated: 600,
    atLeast: 10_000,
  },
  {
    name: 'textbook',
    title: 'textbook',
    options: { target: 'textbook', ...drawn },
    executions: 1500,
    gated: 150,
    atLeast: 3000,
  },
  {
    name: 'hardened',
    title: 'the hardened store',
    options: { target: 'hardened', ...drawn },
    executions: 1500,
    gated: 100,
    atLeast: 1500,
  },
  {
    name: 'power',
    title: 'the hardened store, power lost',
    options: { target: 'hardened', clients: ['set a'], oneWriter: true, powerLoss: true },
    executions: Number.POSITIVE_INFINITY,
    counted: { what: 'disks', of: ({ losses }) => losses?.disks ?? 0 },
    atLeast: 300,
  },
];

/** Searches in simulation, all of their cost included, beside the same with real processes: by processor time, as a busy machine has it, too. */
export const inSimulation: Part = {
  title: 'searches in simulation',
  run: async (context) => {
    const results: ValueResult[] = [];
    for (const one of simulations) results.push(...(await measure(context, one)));
    return results;
  },
};

interface Round {
  /** What is counted, in a second of processor time. */
  rate: number;
  usAStep: number;
}

async function measure(context: BenchContext, simulation: Simulation): Promise<ValueResult[]> {
  const { name, title, options, executions, gated, counted, atLeast } = simulation;
  const { what, of } = counted ?? { what: 'executions', of: (searched: Searched) => searched.executions };
  const rounds: Round[] = [];
  const real: number[] = [];
  // What no other part needs, and what not every build of Node has.
  const { withSimulatedSearch } = await import('../simulated-search.js');
  const { Session } = await import('node:inspector');
  return await withSimulatedSearch(options, async (searching) => {
    await inRounds(context, `${title}, in simulation`, roundsDefault, async () => {
      rounds.push(await searching(executions, (run) => timed(run, of)));
      if (gated !== undefined) real.push(await withProcesses(context, options, gated));
    });
    const rates = rounds.map(({ rate }) => rate);
    const rate = value(name, `${title}: ${what}`, `${what}/s`, rates, { atLeast });
    if (gated !== undefined) rate.beside = { name: 'real processes', value: spreadOf(real).median };
    const steps = rounds.map(({ usAStep }) => usAStep);
    const step = value(`${name}-step`, `${title}: a step`, 'µs', steps);
    const shares = await searching(executions, (run) => sharesOf(new Session(), run));
    const parts = [...shares].sort(([, a], [, b]) => b - a);
    return [
      rate,
      step,
      ...parts.map(([part, share]) =>
        value(`${name}-${part}`, `${title}: of a step, ${part}`, 'µs', [share * step.value.median]),
      ),
    ];
  });
}

function timed(run: () => Searched, of: (searched: Searched) => number): Round {
  const before = processorSeconds();
  const searched = run();
  const seconds = processorSeconds() - before;
  return { rate: of(searched) / seconds, usAStep: (1e6 * seconds) / searched.steps };
}

/** With the start of its processes. @returns executions in a second of processor time */
async function withProcesses(
  { signal }: BenchContext,
  options: ExploreOptions,
  schedules: number,
): Promise<number> {
  const before = processorSeconds();
  const limits = { schedules, threads: 1, stopAtFirst: false, signal } as const;
  const { executions } = await exploreByProcesses({ ...options, ...limits });
  return executions / (processorSeconds() - before);
}
