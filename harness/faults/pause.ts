import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../core/scenario.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './index.js';

/**
 * Arms one client after another. Half of the writers at most are stopped at a time: the fault shows only
 * while others go on.
 */
export async function pause(
  { everyMs, forMs }: Extract<Fault, { kind: 'pause' }>,
  { fleet, recorder, random, signal }: FaultContext,
): Promise<void> {
  /** By process: those that are armed or stopped. */
  const busy = new Map<number, Promise<void>>();
  fleet.onPausing = (member) => {
    const { client, pid } = member;
    if (pid === undefined) return;
    const record = (phase: 'begin' | 'end') =>
      recorder.record({ type: 'fault', time: recorder.now(), fault: 'pause', phase, client, process: pid });
    record('begin');
    const over = sleep(forMs, undefined, { signal })
      // The run ends: the client must be able to end, too.
      .catch(() => {})
      .then(() => {
        record('end');
        member.signal('SIGCONT');
        busy.delete(pid);
      });
    busy.set(pid, over);
  };

  await atRandomMoments(everyMs, random, signal, () => {
    const writers = fleet.writers();
    // One that was killed while it was armed will never stop itself.
    for (const pid of busy.keys()) if (!writers.some((member) => member.pid === pid)) busy.delete(pid);
    const candidates = writers.filter(({ pid }) => pid !== undefined && !busy.has(pid));
    if (busy.size >= Math.max(1, Math.floor(writers.length / 2)) || candidates.length === 0) return;
    const member = random.pick(candidates);
    if (member.pid !== undefined) busy.set(member.pid, Promise.resolve());
    member.tell({ type: 'arm' });
  });
  await Promise.all(busy.values());
}
