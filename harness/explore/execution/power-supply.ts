import type { PowerLossOptions } from './executed.js';

/** The disks that a power loss may leave at one moment. */
export interface LeftDisks {
  /** Of each, all that a new process can find on it. Each is there once. */
  keys: readonly string[];
  /** How many states that makes, before equal ones are left out. */
  tried: number;
  /** The bounds have left some out. */
  isCut: boolean;
}

/** The machine is on again. */
export interface Restarted {
  /** What is otherwise on the disk than it was seen before, in words. */
  lost: string;
  /** By the system's number of each file: when its content was changed last, in virtual nanoseconds. */
  times: ReadonlyMap<string, number>;
}

/** What a machine does that can lose its power. Only a simulated one can. */
export interface PowerSupply {
  /** All that is there now is durable, and what is changed from now on is not, until it is synced. */
  begin(options: PowerLossOptions): void;
  /** The same object as long as nothing has changed. */
  disks(): LeftDisks;
  /** Starts the machine again with one of these disks, and no process. */
  lose(state: number): Restarted;
}
