import type { Fault } from '../core/scenario.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './context.js';

export function kill(
  { everyMs }: Extract<Fault, { kind: 'kill' }>,
  { running, record, random, signal }: FaultContext,
): Promise<void> {
  return atRandomMoments(everyMs, random, signal, () => {
    const candidates = running();
    if (candidates.length === 0) return;
    const victim = random.pick(candidates);
    const { client, pid } = victim;
    if (pid === undefined) return;
    record({ fault: 'kill', phase: 'begin', client, process: pid });
    victim.kill();
  });
}
