import type { Finding } from '../core/verdict.js';
import type { ModeEvent } from '../history/events.js';
import type { Run } from '../history/run.js';
import { inMs } from '../history/words.js';

/** G6: no other user can ever open a file of the store, and none is left that no writer sweeps. */
export function checkPrivacy({ modes, final }: Run): Finding[] {
  const first = new Map<string, ModeEvent>();
  for (const event of modes) {
    const id = `${event.mode} ${event.name}`;
    if (!first.has(id)) first.set(id, event);
  }
  const loose = [...first.values()].map(
    ({ name, mode, time }): Finding => ({
      guarantee: 'G6',
      kind: 'loose-mode',
      sentence: `${name} had mode ${mode} at ${inMs(time)}: others than its owner could open it`,
      operations: [],
      from: time,
      to: time,
    }),
  );
  const left = [...new Set(final?.leftovers)].map(
    (name): Finding => ({
      guarantee: 'G6',
      kind: 'leftover',
      sentence: `${name} was left behind, and no later writer swept it; alone the store leaves nothing of that name`,
      operations: [],
      from: final?.time ?? 0,
      to: final?.time ?? 0,
    }),
  );
  return [...loose, ...left];
}
