import { NondeterminismError } from '../schedule/nondeterminism.js';
import type { Step } from './executed.js';

const countMax = 1_000_000;

/** What calls have found in the executions so far, by their causes. */
export class CallResults {
  private readonly digests = new Map<number, number>();

  /**
   * With the same causes a call must find the same; else something decides that is not under control.
   * @param step from 0
   * @throws NondeterminismError
   */
  check(cause: number, { call, end }: Step, step: number): void {
    if (!end) return;
    const known = this.digests.get(cause);
    if (known === undefined) this.digests.set(cause, end.digest);
    else if (known !== end.digest)
      throw new NondeterminismError(step, `${call?.call} ${call?.path ?? ''} found something else before`);
  }

  /** Too many would fill the process's memory. */
  trim(): void {
    if (this.digests.size > countMax) this.digests.clear();
  }
}
