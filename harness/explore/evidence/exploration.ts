import type { Guarantee, Verdict } from '../../core/verdict.js';
import type { Evidence } from '../../history/evidence.js';
import type { CorpusUse } from '../corpus/corpus-files.js';
import type { Conditions, FaultBudget } from '../execution/executed.js';
import type { CommandSource } from '../schedule/command-source.js';
import type { ExecutorName } from '../search/explore-options.js';
import type { LossCounts } from '../search/power-losses.js';
import type { LongestWait } from '../search/search.js';
import type { StepRow } from './explain.js';

/** A schedule that can be run again, as it is kept in a file. */
export interface ScheduleFile {
  schema: 1;
  /** Name of the target and a hash of everything else here. */
  id: string;
  target: string;
  /** `set k0 | set k1`: one client after the other. */
  program: string;
  /** What is run, where the target is no module but a program. */
  command?: CommandSource;
  faults: FaultBudget;
  /** Absent by default. */
  conditions?: Conditions;
  seed: number;
  /** `0x4 1x7 0x3`: see `printSchedule`. */
  schedule: string;
  /** How it fails. */
  kind: string;
  sentence: string;
  /** Every step's call, so that one that differs can be named. */
  calls: string[];
}

/** One of the two steps whose order decides. */
export interface CriticalStep {
  step: number;
  client: number;
  text: string;
  site: string | undefined;
  /** Its path begins at a descriptor, so the kernel's own trace does not name the file. */
  isAnchored?: true;
}

/** A failing execution: found, made small, run again and explained. */
export interface ExploredFailure extends ScheduleFile {
  /** What showed the entries, where it was not the file itself. */
  evidence?: Evidence;
  guarantee: Guarantee;
  /** Which execution it was, and how long after the beginning of the search. */
  found: {
    execution: number;
    afterMs: number;
    program: string;
    schedule: string;
    steps: number;
    /** Its number among all that the seed draws, from 0, whichever part or thread made it. Absent where schedules are not drawn. */
    drawn?: number;
  };
  rows: StepRow[];
  /** It fails because `early` comes before `late`. */
  pair: { late: CriticalStep; early: CriticalStep } | undefined;
  /** `v2 -> v3 by p0 removed k1, based on v1`. */
  eraser: string | undefined;
  /** In new processes, which import the target as it is and are really killed: how often it was the same, call by call. */
  replayed: { same: number; of: number };
  /** Absent where every run in new processes was the same. */
  unconfirmed?: Unconfirmed;
}

/** The search saw the failure, and new processes did not come to it by the same calls. */
export interface Unconfirmed {
  /** What new processes did instead. */
  sentence: string;
  /** True if the difference itself may be the reason for the failure: then the failure proves nothing. */
  isExplained: boolean;
  /** The failure is one of a simulated machine, as far as is known: real processes did not come to it, or could not be asked. */
  isOnlySimulated?: true;
}

/** What a search has found. */
export interface Exploration {
  schema: 1;
  /**
   * `valid`: no execution failed. `invalid`: one did; see `unconfirmed` where new processes did not do the same. `unknown`: the
   * search could not be trusted, see `reason`.
   */
  result: Verdict;
  /** Why the search can't be trusted, in one word and in a sentence that names the first call that differed or was not seen. */
  cause?: 'nondeterministic' | 'uncontrolled' | 'blind' | 'short';
  reason?: string;
  target: string;
  /** What ran the clients. */
  executor: ExecutorName;
  /** Why real processes ran them in place of virtual ones: what the target does that is not simulated. */
  notSimulated?: string;
  program: string;
  /** What is run, where the target is no module but a program. */
  command?: CommandSource;
  /** What a search of this program can't find, where it is less than it seems. */
  warning?: string;
  strategy: string;
  /** Which part of the search this is, where it is only a part: nothing is said of the others. */
  shard?: { index: number; of: number };
  /** The bound on preemptions, if there is one. */
  preemptions?: number;
  seed: number;
  faults: FaultBudget;
  conditions?: Conditions;
  executions: number;
  /** How many of them broke a guarantee. */
  failed: number;
  /** Ended early, as what follows was known. */
  abandoned: number;
  steps: number;
  /** The longest execution. */
  stepsMax: number;
  /** True only if every interleaving within `bound` was tried. */
  exhausted: boolean;
  /** What the search covers. */
  bound: string;
  /** True if an execution was watched by `strace`, for calls on the sandbox that the gate did not see; false if that was not possible. */
  audited: boolean;
  /** How many different outcomes there were. */
  outcomes: number;
  /** Of a part: what its executions came to, each as a hash. Two parts may have come to the same. */
  outcomeHashes?: string[];
  longestWait: LongestWait;
  durationMs: number;
  executionsPerSecond: number;
  /** How far losses of power were searched, where they were. */
  losses?: LossCounts;
  /** What it went on from and has left behind, where a corpus is kept. */
  corpus?: CorpusUse;
  /** What showed the entries, where it was not the file itself. */
  evidence?: Evidence;
  /** One of each kind, the worst first. */
  failures: ExploredFailure[];
}

/** A schedule that was run again. */
export interface Replayed {
  file: ScheduleFile;
  /** On what it was run now. */
  target: string;
  executor: ExecutorName;
  /** `invalid`: it fails. `unknown`: it led elsewhere, see `divergence`. */
  result: Verdict;
  /** How often it made the same calls and came to the same end. */
  same: number;
  of: number;
  /** The first call that differed. */
  divergence?: string;
  kind?: string;
  sentence?: string;
  rows: StepRow[];
  eraser: string | undefined;
}
