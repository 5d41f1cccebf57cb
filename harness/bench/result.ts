/** A value over the rounds of one run. The median is the figure, the extremes say how far to trust it. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** A bound that a figure must meet. */
export type Goal = { atLeast: number } | { below: number };

/** Two stores (or a store and something bare), taken in turn; the ratio is that of each round, ours by the other. */
export interface RatioResult {
  kind: 'ratio';
  part: string;
  name: string;
  title: string;
  unit: string;
  ours: number;
  other: { name: string; value: number };
  ratio: Spread;
  goal?: Goal;
  met?: boolean;
}

/** One quantity of the store alone. */
export interface ValueResult {
  kind: 'value';
  part: string;
  name: string;
  title: string;
  unit: string;
  value: Spread;
  /** The same in another way, such as without a store. */
  beside?: { name: string; value: number };
  goal?: Goal;
  met?: boolean;
}

/** What became of the writes of one store in one part, all rounds together. */
export interface WritesResult {
  kind: 'writes';
  part: string;
  target: string;
  processes: number;
  perSecond: Spread;
  /** Medians of the rounds; `max` is the longest of all. */
  latencyMs: { p50: number; p99: number; max: number };
  acknowledged: number;
  failed: number;
  /** Acknowledged, and not what a fresh process finds at the end. */
  lost: number;
}

/** What a store loses in a scenario of the harness, or under the same fault here where the harness can't read its format. */
export interface Losses {
  scenario: string;
  measuredBy: 'stress' | 'bench';
  acknowledged: number;
  /** Acknowledged writes and entries that were there before. */
  lost: number;
  torn: number;
}

/** One row of the comparison. Without `one` and `contending` it could not be run here: `note` says what it takes. */
export interface RivalResult {
  kind: 'rival';
  part: string;
  target: string;
  note?: string;
  one?: WritesResult;
  contending?: WritesResult;
  losses: Losses[];
}

/** One store with as many processes. */
export interface CurvePoint extends WritesResult {
  /** All processes together, by one of them in the same round. */
  ratioToOne: Spread;
  /** How many times the mean wait the mean of the slowest process is. */
  slowest: Spread;
}

/** How fast one store is with one process and with more. Without points it could not be run here: `note` says what it takes. */
export interface CurveResult {
  kind: 'curve';
  part: string;
  target: string;
  note?: string;
  points: CurvePoint[];
}

/** One line of a bench report. */
export type BenchResult = RatioResult | ValueResult | WritesResult | RivalResult | CurveResult;

/** What a bench has measured. Times are in milliseconds. */
export interface BenchReport {
  schema: 1;
  suite: string;
  /** The store that is measured. */
  target: string;
  node: string;
  cpus: number;
  durationMs: number;
  interrupted: boolean;
  /** How much the measured store has lost, in all parts together. */
  lost: number;
  results: BenchResult[];
}

/** Returns whether a value is within its goal. */
export function meets(value: number, goal: Goal): boolean {
  return 'atLeast' in goal ? value >= goal.atLeast : value < goal.below;
}
