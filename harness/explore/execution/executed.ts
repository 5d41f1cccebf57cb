import type { HistoryEvent } from '../../history/events.js';
import type { CallEnd, CallToMake } from '../process/protocol.js';
import type { Action } from '../schedule/action.js';
import type { Program } from '../schedule/program.js';

/** How many faults of each kind an execution may have. */
export interface FaultBudget {
  kills: number;
  pauses: number;
  errnos: number;
  /** How often, after a kill, time may pass before anybody goes on. */
  waits: number;
}

export const noFaults: FaultBudget = { kills: 0, pauses: 0, errnos: 0, waits: 0 };

/** What is otherwise than by default, in every execution of a search. */
export interface Conditions {
  /** Clients have a umask of 0, and each file that other users may open is a finding. */
  modes?: boolean;
}

export interface ExecutionOptions {
  program: Program;
  faults: FaultBudget;
  conditions?: Conditions;
  seed: number;
  /** Lines of the program and contents, for people. */
  details: boolean;
  /** A killed client's real process is killed, and not only cut off. */
  killsForReal: boolean;
  /** Does not start a fresh process at the end where it is known what that would meet: its steps are missing then. */
  skipsKnownAudits: boolean;
  label: string;
}

/** One step, as it was taken. */
export interface Step {
  client: number;
  action: Action;
  call?: CallToMake;
  /** What its path stands for now, relative to the sandbox; of a call on an open file: how that was opened. */
  path?: string;
  /** The same of a second path. */
  to?: string;
  end?: CallEnd;
  /** Virtual time after it, in nanoseconds. */
  now: number;
}

export type Ending =
  | 'done'
  /** Ended early by the strategy: what follows is known. */
  | 'abandoned'
  /** Nobody can go on, and not all are done. */
  | 'deadlock'
  /** They go on and on. */
  | 'livelock'
  /** A process does not come to a stop. */
  | 'stuck';

export interface Executed {
  ending: Ending;
  steps: Step[];
  events: HistoryEvent[];
  /** The longest operation of a process that was not stopped itself, in virtual nanoseconds. */
  waitedNsMax: number;
  /** Of an ending that is no good, who waits for what. */
  reason?: string;
  /** What the clients' processes have done outside the gate by now, in words. */
  unsteered?: readonly string[];
}

/** A client's process did not come so far as to begin. */
export class LostProcessError extends Error {
  override readonly name = 'LostProcessError';
  /** @param lastWords what it wrote on its standard error */
  constructor(lastWords: string) {
    super(`a client's process ended before it began, or never came to a stop: ${lastWords}`);
  }
}

/** The number of a client's virtual process. */
export function pidOf(client: number): number {
  return 1001 + client;
}
