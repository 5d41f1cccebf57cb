import { AfterCrash } from './after-crash.js';
import { DepthFirst } from './depth-first.js';
import { Dpor } from './dpor.js';
import { Pct } from './pct.js';
import { RandomWalk, type Share } from './random-walk.js';
import type { Strategy } from './strategy.js';

/** The ways to search, each with what it does. */
export const strategies = {
  dpor: 'every interleaving, up to the order of calls that do not touch each other',
  dfs: 'every interleaving, with up to so many preemptions, where a bound is given',
  pct: 'random priorities, which find a bug of small depth with a known probability',
  random: 'anybody who can, at each step',
} as const;
export type StrategyName = keyof typeof strategies;

export interface StrategyOptions {
  strategy: StrategyName;
  /** For `dfs` only. */
  preemptionsMax: number | undefined;
  prunes: boolean;
  /** For `pct` and `random`. */
  schedulesMax: number;
  seed: number;
  clients: number;
  /** The first client is killed before the search. */
  abandoned: boolean;
}

export function makeStrategy(options: StrategyOptions, share: Share): Strategy {
  return options.abandoned ? new AfterCrash(() => makeSearch(options, share)) : makeSearch(options, share);
}

function makeSearch(options: StrategyOptions, share: Share): Strategy {
  const { strategy, preemptionsMax, prunes, schedulesMax, seed, clients } = options;
  switch (strategy) {
    case 'dpor':
      return new Dpor();
    case 'dfs':
      return new DepthFirst({ preemptionsMax, prunes });
    case 'pct':
      return new Pct(seed, schedulesMax, clients, share);
    case 'random':
      return new RandomWalk(seed, schedulesMax, share);
  }
}

/** Several searches can divide it among themselves. */
export function isDivisible(strategy: StrategyName): boolean {
  return strategy === 'pct' || strategy === 'random';
}
