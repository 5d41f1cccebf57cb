import type { Fault } from '../core/scenario.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './index.js';

export function kill(
  { everyMs }: Extract<Fault, { kind: 'kill' }>,
  { fleet, recorder, random, signal }: FaultContext,
): Promise<void> {
  return atRandomMoments(everyMs, random, signal, () => {
    const candidates = fleet.running();
    if (candidates.length === 0) return;
    const member = random.pick(candidates);
    const { client, pid } = member;
    if (pid === undefined) return;
    recorder.record({
      type: 'fault',
      time: recorder.now(),
      fault: 'kill',
      phase: 'begin',
      client,
      process: pid,
    });
    member.kill();
  });
}
