import type { ExploreOptions } from '../../explore/search/explore-options.js';
import { exploreByProcesses } from '../by-processes.js';
import { type BenchContext, inRounds, type Part } from '../context.js';
import type { Goal, ValueResult } from '../result.js';
import { valueResultsOf } from '../value-result.js';

const value = valueResultsOf('executions');

const roundsDefault = 3;

interface Search {
  name: string;
  title: string;
  options: ExploreOptions;
  goal?: Goal;
}

/** All interleavings of two processes of naive with one set each, seven calls each: 14 over 7. */
const interleavings = 3432;

/** Two processes with one set each: how many executions a second, from the start of the processes to the last verdict. */
const searches: readonly Search[] = [
  {
    name: 'executions-naive',
    title: 'two processes of naive, one set each, depth first',
    options: { target: 'naive', strategy: 'dfs', prune: false },
    goal: { atLeast: 200 },
  },
  {
    name: 'executions-random',
    title: 'two processes of naive, one set each, random schedules',
    options: { target: 'naive', strategy: 'random', schedules: interleavings },
    goal: { atLeast: 200 },
  },
  {
    name: 'executions-hardened',
    title: 'two processes of the hardened store, one set each, random schedules',
    options: { target: 'hardened', strategy: 'random', schedules: 400 },
  },
];

export const executions: Part = {
  title: 'executions of a search',
  run: async (context) => {
    const results: ValueResult[] = [];
    for (const search of searches) results.push(await measure(context, search));
    results.push(await firstLoss(context));
    return results;
  },
};

async function measure(context: BenchContext, { name, title, options, goal }: Search): Promise<ValueResult> {
  const rates: number[] = [];
  await inRounds(context, title, roundsDefault, async () => {
    rates.push(
      (await exploreByProcesses({ ...options, stopAtFirst: false, signal: context.signal }))
        .executionsPerSecond,
    );
  });
  return value(name, title, 'executions/s', rates, goal);
}

/** From nothing: with the processes that are started for it. */
async function firstLoss(context: BenchContext): Promise<ValueResult> {
  const title = 'the first lost update of naive, from a cold start';
  const seconds: number[] = [];
  await inRounds(context, title, roundsDefault, async () => {
    const started = performance.now();
    const { failures, durationMs } = await exploreByProcesses({
      target: 'naive',
      signal: context.signal,
    });
    const found = failures[0]?.found.afterMs ?? durationMs;
    // What came before the search, and none of what came after it.
    const [whole, searched] = [performance.now() - started, durationMs];
    seconds.push((whole - searched + found) / 1000);
  });
  return value('first-loss', title, 's', seconds, { below: 2 });
}
