import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../core/scenario.js';
import type { Member } from '../stress/member.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './index.js';

/** Stops one client after another, never two at a time: the fault shows only while others go on. */
export async function pause(
  { everyMs, forMs }: Extract<Fault, { kind: 'pause' }>,
  { fleet, recorder, random, signal }: FaultContext,
): Promise<void> {
  /** The process that is armed or stopped. */
  let victim: number | undefined;
  let over: Promise<void> = Promise.resolve();
  fleet.onPausing = (member) => {
    over = stopFor(member);
  };

  async function stopFor(member: Member): Promise<void> {
    const { client, pid } = member;
    if (pid === undefined) return;
    const record = (phase: 'begin' | 'end') =>
      recorder.record({ type: 'fault', time: recorder.now(), fault: 'pause', phase, client, process: pid });
    record('begin');
    // Cut short when the run ends: the client must be able to end, too.
    await sleep(forMs, undefined, { signal }).catch(() => {});
    record('end');
    member.signal('SIGCONT');
    victim = undefined;
  }

  await atRandomMoments(everyMs, random, signal, () => {
    const writers = fleet.writers();
    // One that was killed while it was armed will never stop itself.
    if (writers.length === 0 || writers.some(({ pid }) => pid === victim)) return;
    const member = random.pick(writers);
    victim = member.pid;
    member.tell({ type: 'arm' });
  });
  await over;
}
