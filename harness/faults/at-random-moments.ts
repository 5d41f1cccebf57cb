import { setTimeout as sleep } from 'node:timers/promises';
import type { RangeMs } from '../core/scenario.js';
import type { Random } from '../workload/random.js';

/** Does something again and again, after a drawn pause each time, until the signal aborts. */
export async function atRandomMoments(
  everyMs: RangeMs,
  random: Random,
  signal: AbortSignal,
  act: () => void | Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(random.int(...everyMs), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await act();
  }
}
