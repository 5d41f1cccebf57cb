import type { CanaryEntry, FaultEvent } from '../history/events.js';
import type { Random } from '../workload/random.js';
import type { OneAtATime } from './members.js';

/** A client process, as far as a fault may reach it. */
export interface Victim {
  readonly client: string;
  /** The current process; undefined before the first has started. */
  readonly pid: number | undefined;
  /** SIGKILL, after which it comes back. */
  kill(): void;
  /** Makes it stop itself right before its next commit call. */
  arm(): void;
  /** SIGCONT. */
  wake(): void;
}

/** A client waits for a new credential, or has just been sent it. */
export type RefreshPhase = 'asked' | 'answered';

/** A tree outside the file's directory: what a planted name leads to. */
export interface Canary {
  directory: string;
  look(): CanaryEntry[];
}

/** What a fault may do things to, and with. */
export interface FaultContext {
  /** All that may be killed. */
  running(): Victim[];
  /** Those that open the file themselves and stay: in them a fault at a commit can be armed. */
  writers(): Victim[];
  /** Calls when a client is about to stop itself. */
  onPausing(listener: (victim: Victim) => void): void;
  /** Calls when a client is about to get a new credential, and when it has got it. */
  onRefreshing(listener: (victim: Victim, phase: RefreshPhase) => void): void;
  /** The file under test. Fails if it is not inside a directory that this run made. */
  ownFile(): string;
  /** True once a write was acknowledged: of what no store has ever held, none can have a copy. */
  isInUse(): boolean;
  /**
   * Names beside the file that the target says are its own, or has left when it was alone, where they are plain: `auth.json.last`.
   * Where there is none, those that are common.
   */
  ownNames(): string[];
  /** The tree that is none of the target's business. Undefined in a run without one. */
  canary: Canary | undefined;
  /** The cluster that the store is on. Undefined where there is none. */
  cluster: OneAtATime | undefined;
  record(event: Omit<FaultEvent, 'type' | 'time'>): void;
  random: Random;
  /** Ends the fault; it then undoes what it has done and returns. */
  signal: AbortSignal;
}
