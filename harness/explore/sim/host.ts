import type { Call, Calls, PendingCall, Sources } from '../calls/call.js';
import type { Clock } from '../calls/clock.js';
import type { Report } from '../protocol/protocol.js';
import type { Going, Granted } from './granted.js';

/** Where a process has come to a stop. */
export interface Stopped {
  report: Report;
  /** The calls that it could be granted. */
  pending: readonly PendingCall[];
}

/** What a loop needs of its process. */
export interface Host {
  readonly clock: Clock;
  readonly sources: Sources;
  isInside(call: Call): boolean;
  /** The calls of a function of `fs`, in halves where calls are split. */
  divided<T>(calls: Calls<T>): Calls<T>;
  /** Makes a call for good. */
  make(pending: PendingCall, grant: Extract<Going, { type: 'call' }>): Granted;
  /** Lets the scheduler choose. @returns what the process is granted, or undefined where another one goes on, or it is dead */
  ask(stopped: Stopped): Going | undefined;
  /** Nothing keeps the process alive. */
  onEnd(): void;
}
