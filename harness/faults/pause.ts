import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../core/scenario.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext, Victim } from './context.js';

/** Stops one client after another, never two at a time: the fault shows only while others go on. */
export async function pause(
  { everyMs, forMs }: Extract<Fault, { kind: 'pause' }>,
  { writers, onPausing, record, random, signal }: FaultContext,
): Promise<void> {
  /** The process that is armed or stopped. */
  let chosen: number | undefined;
  let over: Promise<void> = Promise.resolve();
  onPausing((victim) => {
    over = stopFor(victim);
  });

  async function stopFor(victim: Victim): Promise<void> {
    const { client, pid } = victim;
    if (pid === undefined) return;
    record({ fault: 'pause', phase: 'begin', client, process: pid });
    // Cut short when the run ends: the client must be able to end, too.
    await sleep(forMs, undefined, { signal }).catch(() => {});
    record({ fault: 'pause', phase: 'end', client, process: pid });
    victim.wake();
    chosen = undefined;
  }

  await atRandomMoments(everyMs, random, signal, () => {
    const candidates = writers();
    // One that was killed while it was armed will never stop itself: then its process is no longer among these.
    if (candidates.length === 0 || candidates.some(({ pid }) => pid === chosen)) return;
    const victim = random.pick(candidates);
    chosen = victim.pid;
    victim.arm();
  });
  await over;
}
