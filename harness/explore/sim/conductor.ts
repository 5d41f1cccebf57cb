import type { Executed } from '../execution/executed.js';
import type { Run } from '../execution/run.js';
import type { ClientProcess } from '../protocol/client-process.js';
import type { Report } from '../protocol/protocol.js';
import { drain, requireDrain } from './drain.js';

/** One that this thread runs up to its next stop. */
export interface RunnableProcess extends ClientProcess {
  /** @returns undefined where it has reported its stop to the conductor itself, from inside a call */
  goOn(): Report | undefined;
  onUncaught(error: unknown): void;
}

/** Leads one execution of virtual processes. It also runs inside their calls, where the next step is chosen. */
export class Conductor {
  private run: Run | undefined;
  private step: ReturnType<Run['next']> | undefined;
  private failure: { error: unknown } | undefined;

  /** The execution has chosen who goes on, and it is this one. */
  isNext(process: ClientProcess): boolean {
    return this.failure === undefined && this.step?.done === false && this.step.value === process;
  }

  /** A process has come to a stop. What goes wrong is kept: it is no error of the program on whose stack this may run. */
  onStop(report: Report): void {
    this.attempt(() => {
      this.step = this.run?.next(report);
    });
  }

  /** @returns false if it threw; then the execution ends with that */
  attempt(action: () => unknown): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.failure ??= { error };
      return false;
    }
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }

  /** Leads an execution to its end. */
  runToEnd(run: Run): Executed {
    this.run = run;
    this.failure = undefined;
    let current: RunnableProcess | undefined;
    requireDrain();
    const onUncaught = (error: unknown) => current?.onUncaught(error);
    process.setUncaughtExceptionCaptureCallback(onUncaught);
    try {
      this.step = run.next();
      while (!this.step.done) {
        current = this.step.value as RunnableProcess;
        const report = current.goOn();
        if (report !== undefined) this.onStop(report);
        this.throwFailure();
      }
      return this.step.value;
    } finally {
      drain(onUncaught);
      process.setUncaughtExceptionCaptureCallback(null);
      this.run = undefined;
    }
  }
}
