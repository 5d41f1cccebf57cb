import type { Grant, Report } from './protocol.js';

/** What runs a client. It gets one grant, and goes on up to its next stop. */
export interface ClientProcess {
  /** False once it was killed: it takes part no more. */
  readonly isAlive: boolean;
  /** True while it is between two executions. */
  isIdle: boolean;
  /** It was ended because it did not come to a stop, and was blocked in a call that is not stopped. */
  readonly wasBlocked: boolean;
  /** What it has done that the gate could not stop, in words. */
  readonly unsteered: ReadonlySet<string>;
  send(grant: Grant): void;
  /** Goes on up to its next stop without running anything, where it is known what it does. @returns undefined where it is not */
  goOnAsKnown?(): Report | undefined;
  /** What it last wrote on its standard error, for a message. */
  errorOutput(): string;
  kill(): void;
}

/** One that runs by itself, as real processes do. Receiving blocks the thread. */
export interface BlockingProcess extends ClientProcess {
  /** Blocks until the client has come to a stop. @returns undefined if it is gone */
  receive(): Report | undefined;
}
