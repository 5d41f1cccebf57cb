import type { BlockingProcess, ClientProcess } from '../protocol/client-process.js';
import type { Report } from '../protocol/protocol.js';
import type { Executed } from './executed.js';

/**
 * What takes steps: it yields the process that is to go on, and is given its report, or undefined where that process is gone. So
 * the driver decides how a report is received: a real one by waiting for it, a virtual one by running it.
 */
export type Steps<T> = Generator<ClientProcess, T, Report | undefined>;

/** A whole execution, step by step. */
export type Run = Steps<Executed>;

/** Drives an execution of processes that run by themselves: this thread waits for each. */
export function runBlocking(run: Run): Executed {
  let step = run.next();
  // Its pool has no other kind.
  while (!step.done) step = run.next((step.value as BlockingProcess).receive());
  return step.value;
}
