import type { HistoryEvent } from '../../history/events.js';
import type { CallEnd, CallToMake } from '../protocol/protocol.js';
import type { Action } from '../schedule/action.js';
import type { CommandSource } from '../schedule/command-source.js';
import type { Program } from '../schedule/program.js';
import type { PlatformName } from '../sim/kernel/platform.js';
import type { PowerModel } from '../sim/power/crash-states.js';
import type { Foresight } from '../world/known-routes.js';

/** How many faults of each kind an execution may have. */
export interface FaultBudget {
  kills: number;
  pauses: number;
  errnos: number;
  /** How often, after a kill, time may pass before a client goes on. */
  waits: number;
  /** How often the file may be damaged; absent for never, as in schedules that are older than this fault. */
  damages?: number;
  /** How often a wall clock may be set; absent for never. */
  clocks?: number;
  /** How often the machine may lose its power; absent for never. */
  losses?: number;
}

export const noFaults: FaultBudget = { kills: 0, pauses: 0, errnos: 0, waits: 0 };

/** What is otherwise than by default, in every execution of a search. */
export interface Conditions {
  /** Clients have a umask of 0, and each file that other users may open is a finding. */
  modes?: boolean;
  /** Each killed client is started again, at any moment after, as a process of the same number: see succession.ts. */
  samePid?: boolean;
  /** An operation that waits for longer, in milliseconds, is a finding, unless something has gone wrong: see waits.ts. */
  idleMs?: number;
  /** Each client has a machine of its own, and all share the directory: see `hosts.ts`. */
  hosts?: boolean;
  /** Each client has a pid namespace of its own, in which it has the same number: see `hosts.ts`. */
  containers?: boolean;
  /** What a system promises of its files; default: Linux. */
  platform?: PlatformName;
  /** A call with a path is two steps: what it is about is found, and then it is done. See sim/kernel/halves.ts. */
  splitCalls?: boolean;
  /** There is no file at first, and no directory for it. */
  fromNothing?: boolean;
  /** What a power loss may leave; absent where there is none. */
  power?: PowerLossOptions;
}

/** How the machine loses its power in an execution. */
export interface PowerLossOptions {
  /** What a disk may have left out of what was not synced. */
  model: PowerModel;
  /** At most so many disks are tried of one moment. */
  statesMax: number;
}

export interface ExecutionOptions {
  program: Program;
  /** What is run, where the target is no module but a program. */
  command?: CommandSource;
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

/** No real process can be asked whether it is so. */
export function isOnlySimulated({
  faults,
  conditions,
}: {
  faults: FaultBudget;
  conditions?: Conditions | undefined;
}): boolean {
  return (faults.losses ?? 0) > 0 || conditions?.platform !== undefined || conditions?.splitCalls === true;
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
  /** Whether it is a call on the shared file; absent where that has its usual name. */
  isOnFile?: boolean;
  end?: CallEnd;
  /** The process begins here, under this number, which one had that was killed. */
  startsAs?: number;
  /** After a power loss, what is otherwise on the disk than it was seen, in words. */
  lost?: string;
  /** Virtual time after it, in nanoseconds. */
  now: number;
}

export type Ending =
  | 'done'
  /** Ended early by the strategy: what follows is known. */
  | 'abandoned'
  /** No client can go on, and not all are done. */
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
  /** An operation waited for too long, and nothing had gone wrong: which, in a sentence. */
  idle?: string;
  /** Why the ending is a failure: which client waits for what, or how it crashed. */
  reason?: string;
  /** What the clients' processes have done outside the gate by now, in words. */
  unsteered?: readonly string[];
}

/** The step of a call, before it is known how it ends. @param file the shared one, where it has another name than usual */
export function callStep(
  client: number,
  action: Action,
  call: CallToMake,
  { place, placeTo }: Foresight,
  now: number,
  file?: string,
): Step {
  const step: Step = { client, action, call, now };
  if (place !== undefined) step.path = place;
  if (placeTo !== undefined) step.to = placeTo;
  if (file !== undefined) step.isOnFile = place === file || placeTo === file;
  return step;
}

/**
 * The part of a client's setup that is the same in every execution.
 * @param boot how often the machines were started again @param skewMs how far its wall clock is ahead of that of the files
 */
export function lifeOf(
  { seed, details, conditions }: ExecutionOptions,
  client: number,
  file: string,
  boot: number,
  skewMs: number,
) {
  // A machine of its own has a boot id of its own.
  const ownBoot = conditions?.hosts ? 1000 * (client + 1) + boot : boot;
  return {
    seed: seed * 1000 + client,
    file,
    details,
    ...(conditions?.modes ? { umask: 0 } : {}),
    ...(conditions?.containers ? { namespace: client + 2 } : {}),
    ...(ownBoot > 0 ? { boot: ownBoot } : {}),
    ...(skewMs === 0 ? {} : { skewMs }),
  };
}

/** A client's process did not come so far as to begin. */
export class LostProcessError extends Error {
  override readonly name = 'LostProcessError';
  /** @param errorOutput what it wrote on its standard error */
  constructor(errorOutput: string) {
    super(`a client's process ended before it began, or never came to a stop: ${errorOutput}`);
  }
}

/** The number of a client's virtual process, where it is not that of a killed one. */
export function pidOf(client: number): number {
  return 1001 + client;
}

/** When a client's virtual process started, in clock ticks since boot. No two start at once, whatever their numbers. */
export function startTimeOf(client: number): number {
  return 100_000 + pidOf(client);
}
