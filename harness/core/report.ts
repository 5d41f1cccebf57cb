import type { Action } from './history.js';
import type { Finding, Guarantee, Verdict } from './verdict.js';

export interface Check {
  result: Verdict;
  summary?: string;
}

/** In milliseconds, with three decimals. */
export interface Latency {
  p50: number;
  p99: number;
  max: number;
}

/** What a run's checkers say, all of it computed from the run's history. */
export interface Judgement {
  /** The worst of the checks; a run in which too little happened is at best unknown. */
  result: Verdict;
  checks: Partial<Record<Guarantee | 'coverage', Check>>;
  counts: Counts;
  latencyMs: Partial<Record<Action, Latency>>;
  /** The worst kinds first, then by time. */
  findings: Finding[];
}

/** What happened, in numbers. The names are those that a scenario's `atLeast` may use. */
export interface Counts {
  /** Successful sets and removes. */
  acknowledged: number;
  /** Successful gets and alls; of tokens, verifications. */
  reads: number;
  failed: number;
  /** Sets and removes that may have happened. */
  unknown: number;
  lost: number;
  stale: number;
  resurrected: number;
  garbage: number;
  torn: number;
  /** Those of an unknown kind, too. */
  seedsLost: number;
  looseModes: number;
  leftovers: number;
  linksReplaced: number;
  refreshedTwice: number;
  loggedOut: number;
  hung: number;
  crashed: number;
  kills: number;
  pauses: number;
  corruptions: number;
  /** What foreign programs wrote into the file, and how often from a copy older than what it held. */
  foreignWrites: number;
  staleRewrites: number;
  /** New credentials that were granted for a refresh token. */
  refreshes: number;
  /** Whole contents that a foreign reader met. */
  versions: number;
}

/** One line of the table that tells a violation: who did what, and what the file then held. */
export interface TimelineRow {
  /** Milliseconds since the run's beginning. */
  timeMs: number;
  /** One cell for each column of `Violation.processes`, empty where that process did nothing. */
  cells: string[];
  file: string;
}

export interface Violation extends Finding {
  processes: string[];
  timeline: TimelineRow[];
}

/** One run of one scenario on one target, judged from its history alone. */
export interface JudgedRun extends Omit<Judgement, 'findings'> {
  scenario: string;
  target: string;
  /** `stress`: real processes at full speed. */
  executor: 'stress';
  /** What the clients ran on: `node`, `bun`, `deno`, `mixed`. */
  runtime: string;
  seed: number;
  /** Stress has no schedule to replay: the seed repeats what the clients do, not when. */
  schedule: null;
  /** The worst first, one for each cause, at most `violationsMax`. */
  violations: Violation[];
}

export interface ScenarioReport extends JudgedRun {
  /** The command that runs it again. */
  reproduce: string;
}

export const violationsMax = 20;

/** A planted bug that must be found in the very run that calls anything else free of bugs. */
export interface ControlReport extends ScenarioReport {
  /** The count that must not be zero. */
  mustFind: keyof Counts;
  found: boolean;
}

export type RunResult =
  | Verdict
  /** A planted bug was not found: the harness itself is broken. */
  | 'blind'
  | 'interrupted';

export interface Report {
  schema: 1;
  result: RunResult;
  seed: number;
  durationMs: number;
  controls: ControlReport[];
  scenarios: ScenarioReport[];
  /** Scenarios that were not asked for by name and can't be run on this runtime, each with the reason. */
  leftOut?: string[];
}
