import type { Evidence } from './evidence.js';

/** Begins a run: what is run, and with which seed. */
export interface RunEvent {
  type: 'run';
  version: 1;
  scenario: string;
  target: string;
  /** What the clients run on: `node`, `bun`, `deno`, `mixed`. Default: node. */
  runtime?: string;
  seed: number;
  /** Which run of this scenario on this target, where there are several. Default 1. */
  repetition?: number;
  /** Of a planted bug: the count that must not be zero. */
  mustFind?: string;
  /** What must have happened at least for the run to prove anything: count to number. */
  atLeast: Record<string, number>;
  /** What shows the entries besides the store's own calls. Default: the file, a JSON object with a member for each. */
  evidence?: Evidence;
  /** While a token is being deleted, processes may disagree about it. See `TargetModule.regularTokens`. */
  regularTokens?: true;
  /** The program under test, where it is no module. */
  program?: ProgramUnderTest;
  /** The scenario, in its own words. */
  title?: string;
  why?: string;
  /** What was to go wrong in it, as the scenario says it: what did is in the `fault` events. */
  planned?: readonly PlannedFault[];
}

/** An executable, or a server, that was put to the test as it is. */
export interface ProgramUnderTest {
  name: string;
  /** As it says itself. */
  version?: string;
  /** False where the syntax of its file does not show whether a part of it is missing. */
  cutShows: boolean;
  /** Whether others may read its files was looked at. */
  isPrivate: boolean;
  /** All that is left beside its file is a violation, and not only what stops others. */
  isStrict: boolean;
  /** So much longer each open of its file took, in milliseconds. */
  slowMs?: number;
}

/** A fault of a scenario: its kind, how often it strikes, and what else its kind has. */
export interface PlannedFault {
  kind: string;
  /** From and to, in milliseconds. */
  everyMs: readonly [from: number, to: number];
}
