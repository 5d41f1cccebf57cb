import type { Action, PlannedFault, ProgramUnderTest } from '../history/events.js';
import type { Evidence } from '../history/evidence.js';
import type { Finding, Guarantee, Verdict } from './verdict.js';

/** The verdict about one guarantee. */
export interface Check {
  result: Verdict;
  summary?: string;
  /** True for a valid result that was checked, in part, by conditions that are necessary but not sufficient. */
  exact?: false;
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
  /** From the first call to the last return, in milliseconds. Reports of older versions have none. */
  elapsedMs?: number;
  /** What is no violation, and worth knowing. */
  notes?: string[];
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
  contradictions: number;
  torn: number;
  /** Those of an unknown kind, too. */
  seedsLost: number;
  looseModes: number;
  leftovers: number;
  linksReplaced: number;
  linksFollowed: number;
  disclosed: number;
  refreshedTwice: number;
  loggedOut: number;
  hung: number;
  starved: number;
  crashed: number;
  kills: number;
  pauses: number;
  corruptions: number;
  plants: number;
  /** Faults of the members of a cluster. Reports of older versions have none of these. */
  memberKills: number;
  memberStops: number;
  memberCuts: number;
  memberIsolations: number;
  memberWipes: number;
  majorityKills: number;
  /** How often another term with a leader was seen. */
  elections: number;
  /** How many members have answered the store's calls, by their own count. */
  membersAnswering: number;
  /** Changes acknowledged while a member was struck: the fewest of any kind of fault that leaves a majority. */
  acknowledgedUnderFaults: number;
  /** What foreign programs wrote into the file, and how often from a copy older than what it held. */
  foreignWrites: number;
  staleRewrites: number;
  /** How often a foreign program took a file that it could not read for an empty one, and wrote that. Reports of older versions have none. */
  misreads: number;
  /** What foreign programs have lost of each other's changes, and of their own. No violation. */
  foreignLost: number;
  /** What they had removed, and that was back: no violation either. */
  foreignUndone: number;
  /** New credentials that were granted for a refresh token. */
  refreshes: number;
  /** Whole contents that a foreign reader met. */
  versions: number;
  /** Pairs of changes by two clients that were under way at the same time. Reports of older versions have none. */
  overlaps: number;
  /** Programs that a fresh process could not use at the end. */
  unusable: number;
  /** Contents that were empty, or no content at all, when a foreign reader came. */
  empty: number;
  missing: number;
}

/** One line of the table that shows a violation: which client did what, and what the file then held. */
export interface TimelineRow {
  /** Milliseconds since the run's beginning. */
  timeMs: number;
  /** One cell for each column of `Violation.processes`, empty where that process did nothing. */
  cells: string[];
  file: string;
}

/** One call in a picture of intervals. */
export interface Bar {
  id: string;
  /** Whose lane it is drawn in. */
  process: string;
  /** The call, and its result. */
  what: string;
  /** In any unit, for only their order is drawn. */
  begin: number;
  /** Null if it may still happen at any time. */
  end: number | null;
  /** False if it is unknown whether the call took effect. */
  isSure: boolean;
  /** The one that can't be placed after the others, or the victim. */
  isMarked: boolean;
}

export interface Violation extends Finding {
  processes: string[];
  timeline: TimelineRow[];
  /** Which version of the file erased the victim, and from which one it was made: `v41 -> v42 by ... undid "k3", based on v40`. */
  lineage?: string;
  /** The calls that took part. Reports of older versions have none. */
  bars?: Bar[];
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
  /** Which run of this scenario on this target, where there are several. Default 1. */
  repetition?: number;
  /** Of a planted bug: the count that must not be zero. */
  mustFind?: keyof Counts;
  /** What showed the entries, where it was not the file itself. */
  evidence?: Evidence;
  /** Stress has no schedule to replay: the seed repeats what the clients do, not when. */
  schedule: null;
  /** The worst first, one for each cause, at most `violationsMax`: some of each kind that was found. */
  violations: Violation[];
  /** The program under test, where it was no module. */
  program?: ProgramUnderTest;
  /** The scenario, in its own words. Reports of older versions have neither. */
  title?: string;
  why?: string;
  /** What was to go wrong in it. */
  planned?: readonly PlannedFault[];
  /** Where its events and all of its findings are. Absent where they were not kept. */
  files?: RunFiles;
  /** How long its history was judged, and its violations described, in milliseconds. */
  judgeMs?: number;
  reportMs?: number;
}

/** Names of files beside the report. */
export interface RunFiles {
  /** `history.jsonl`. */
  history: string;
  /** `findings.jsonl`: all violations, of which `violations` shows some. */
  findings: string;
  /** Which run of these files it is: 0 for the first. */
  run: number;
  /** At which byte of the history its events begin. */
  start: number;
}

export interface ScenarioReport extends JudgedRun {
  /** The command that runs it again. */
  reproduce: string;
}

/** On what it was run. */
export interface Environment {
  /** When it began, in ISO 8601. */
  time: string;
  /** With its version: `node 22.11.0`. */
  runtime: string;
  /** `linux 6.1.0 x64`. */
  system: string;
  /** How many processors it could use. */
  cpus: number;
  /** The load of the machine when it began: averages of 1, 5 and 15 minutes. */
  load: [number, number, number];
  /** Of the machine, in bytes. */
  memory?: number;
  /** The commit of the directory that it was run in. */
  commit?: string;
  /** Of holdfast. */
  version: string;
}

/** A report shows at most this many violations of a scenario. */
export const violationsMax = 20;

/** A planted bug that must be found in the very run that calls anything else free of bugs. */
export interface ControlReport extends ScenarioReport {
  /** The count that must not be zero. */
  mustFind: keyof Counts;
  found: boolean;
}

/** All runs of one scenario on one target together, where there are several. */
export interface Total {
  scenario: string;
  target: string;
  runtime: string;
  runs: number;
  /** The worst of them. */
  result: Verdict;
  /** Their sums. */
  counts: Counts;
  /** Of all their calls, to three figures. */
  latencyMs: Partial<Record<Action, Latency>>;
}

/** What a shard was run on. */
export interface Machine {
  platform: string;
  arch: string;
  cpus: number;
  node: string;
}

/** The shards that a report was made of. */
export interface MergedShards {
  of: number;
  /** Those that were not given, from 1. */
  missing: number[];
  /** Those that were. */
  parts: { index: number; machine: Machine }[];
  /** Of the package. Reports of older versions have none. */
  version?: string;
  /** When the first of them began, and on which commit: as far as they have come to their ends, and agree. */
  began?: string;
  commit?: string;
}

/** The result of a whole run. */
export type RunResult =
  | Verdict
  /** A planted bug was not found: the harness itself is broken. */
  | 'blind'
  | 'interrupted';

/** What `stress` returns, and writes to `report.json`. */
export interface Report {
  schema: 1;
  result: RunResult;
  seed: number;
  durationMs: number;
  controls: ControlReport[];
  scenarios: ScenarioReport[];
  /** Of what was run more than once: all its runs together. */
  totals?: Total[];
  /** Which part of a run this is, where it is only a part. */
  shard?: { index: number; of: number };
  /** Which parts it was made of by `merge`. */
  shards?: MergedShards;
  /** Scenarios that were not asked for by name and can't be run on this runtime, each with the reason. */
  leftOut?: string[];
  /** Reports of older versions have none. */
  environment?: Environment;
  /** As typed, with what may be a secret in it masked. Absent where it was called by a program. */
  command?: string;
}
