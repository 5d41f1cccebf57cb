import type { Grant, Report } from './protocol.js';

/** Whatever runs a client. It is told one grant, and goes on up to its next stop. */
export interface ClientProcess {
  /** False once it was killed: it takes part no more. */
  readonly isAlive: boolean;
  /** True while it is between two executions. */
  isIdle: boolean;
  /** It was ended because it did not come to a stop, and was blocked in a call that is not stopped. */
  readonly wasBlocked: boolean;
  /** What it has done that nobody could stop, in words. */
  readonly unsteered: ReadonlySet<string>;
  tell(grant: Grant): void;
  /** What it last wrote on its standard error, for a message. */
  lastWords(): string;
  kill(): void;
}

/** One that runs by itself, as real processes do. All that is said blocks the one who listens. */
export interface BlockingProcess extends ClientProcess {
  /** Blocks until the client has come to a stop. @returns undefined if it is gone */
  hear(): Report | undefined;
}
