import type { ClientProcess } from '../protocol/client-process.js';
import { nameOf } from '../schedule/action.js';
import { Client } from './client.js';
import type { ExecutionOptions } from './executed.js';

/**
 * A system gives the number of a dead process to a new one. The worst moment is right after a kill, and the worst process is the
 * same program: it finds what the killed one left, with its own number in it. So each killed client gets a successor, which does
 * the same operations from the first on. When it starts is a choice like any other.
 */

/** How many successors there may be in one execution. */
export function successorsMax({
  conditions,
  faults,
}: Pick<ExecutionOptions, 'conditions' | 'faults'>): number {
  return conditions?.samePid ? faults.kills : 0;
}

/** All that there may be in one execution: clients, their successors, up to two after each loss of power, and two at the end. */
export function processesMax(options: Pick<ExecutionOptions, 'program' | 'conditions' | 'faults'>): number {
  return options.program.clients.length + successorsMax(options) + 2 * (options.faults.losses ?? 0) + 2;
}

/** @param acquireProcess finds an idle process, which may look at its number before it begins */
export function successorOf(
  killed: Client,
  index: number,
  acquireProcess: (index: number, pid: number) => ClientProcess,
): Client {
  const successor = new Client(
    index,
    nameOf(index),
    killed.pid,
    acquireProcess(index, killed.pid),
    killed.role,
  );
  successor.hasStarted = false;
  return successor;
}
