import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../core/scenario.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext, RefreshPhase } from './context.js';

const phases: readonly RefreshPhase[] = ['asked', 'answered'];
/** Before it has stored what it was sent, in the middle of that, or right after it. */
const afterAnswerMs = [0, 4] as const;

/** Random moments hardly ever hit the few milliseconds in which a client has a new credential that no other process knows. */
export function killRefresher(
  { everyMs }: Extract<Fault, { kind: 'kill-refresher' }>,
  { onRefreshing, record, random, signal }: FaultContext,
): Promise<void> {
  let armed: RefreshPhase | undefined;
  onRefreshing(async (victim, phase) => {
    if (phase !== armed) return;
    armed = undefined;
    const { client, pid } = victim;
    if (phase === 'answered') await sleep(random.int(...afterAnswerMs));
    // It may have been killed and replaced meanwhile; once the run is over, no process replaces it.
    if (signal.aborted || pid === undefined || victim.pid !== pid) return;
    const detail =
      phase === 'asked' ? 'while it waited for a new credential' : 'with a new credential in hand';
    record({ fault: 'kill', phase: 'begin', client, process: pid, detail });
    victim.kill();
  });
  return atRandomMoments(everyMs, random, signal, () => {
    armed ??= random.pick(phases);
  });
}
