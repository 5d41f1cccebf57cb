import { GrownSearch, type Kept } from '../corpus/grown.js';
import type { Share, Strategy } from '../execution/strategy.js';
import { AfterCrash } from './after-crash.js';
import { DepthFirst } from './depth-first.js';
import { Dpor } from './dpor.js';
import { Pct } from './pct.js';
import { PowerLosses } from './power-losses.js';
import { RandomWalk } from './random-walk.js';
import { SharedFaults } from './shared-faults.js';
import { SharedFirstStep } from './shared-first-step.js';

/** The ways to search, each with what it does. */
export const strategies = {
  dpor: 'every interleaving, up to the order of calls that do not touch each other',
  dfs: 'every interleaving, with up to so many preemptions, where a bound is given',
  pct: 'random priorities, which find a bug of small depth with a known probability',
  random: 'a random client of those that can go on, at each step',
} as const;
/** The name of a strategy. */
export type StrategyName = keyof typeof strategies;

export interface StrategyOptions {
  strategy: StrategyName;
  /** For `dpor` and `dfs`. */
  preemptionsMax: number | undefined;
  /** For `dfs`. */
  prunes: boolean;
  /** For `pct` and `random`. */
  schedulesMax: number;
  seed: number;
  clients: number;
  /** Something may go wrong in an execution. */
  hasFaults: boolean;
  /** Its power may be lost. */
  losesPower?: boolean;
  /** The first client is killed before the search. */
  abandoned: boolean;
  /** What to go on from, where a corpus is kept. */
  corpus?: Kept;
}

export function makeStrategy(options: StrategyOptions, share: Share): Strategy {
  const { index, of } = share;
  // What is drawn, each draws for itself. Of the others all search the same, and divide what is lost.
  if (options.losesPower && isDrawn(options.strategy))
    return new PowerLosses(makeStrategy({ ...options, losesPower: false }, share), { index: 0, of: 1 });
  if (options.losesPower)
    return new PowerLosses(makeStrategy({ ...options, losesPower: false }, { index: 0, of: 1 }), share);
  const { corpus, seed, clients } = options;
  if (corpus) {
    const make = (one: number, part: Share) =>
      makeSearch({ ...options, seed: one, schedulesMax: Number.POSITIVE_INFINITY }, part);
    const turns = Math.ceil((options.schedulesMax - index) / of);
    return new GrownSearch(make, { seed, turns, clients }, share, corpus);
  }
  const turns = isDrawn(options.strategy) ? Math.ceil((options.schedulesMax - index) / of) : undefined;
  const made = options.abandoned
    ? new AfterCrash(() => makeSearch(options, share), turns)
    : makeSearch(options, share);
  if (isDrawn(options.strategy) || share.of === 1) return made;
  return options.hasFaults ? new SharedFaults(made, share) : new SharedFirstStep(made, share);
}

/** Among how many a search can be divided. */
export function sharesMax({ strategy, prunes, clients, hasFaults }: StrategyOptions): number {
  if (isDrawn(strategy) || hasFaults) return Number.POSITIVE_INFINITY;
  // Two that leave out what they have tried before would try again what the other one has.
  return strategy === 'dfs' && !prunes ? clients : 1;
}

function makeSearch(options: StrategyOptions, share: Share): Strategy {
  const { strategy, preemptionsMax, prunes, schedulesMax, seed, clients } = options;
  switch (strategy) {
    case 'dpor':
      return new Dpor({ clients, preemptionsMax });
    case 'dfs':
      return new DepthFirst({ preemptionsMax, prunes });
    case 'pct':
      return new Pct(seed, schedulesMax, clients, share);
    case 'random':
      return new RandomWalk(seed, schedulesMax, share);
  }
}

/** Its schedules are drawn at random, and have no end of their own. */
export function isDrawn(strategy: StrategyName): boolean {
  return strategy === 'pct' || strategy === 'random';
}
