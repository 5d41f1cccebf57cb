import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const [pauseMsMin, pauseMsMax] = [10, 50];
const doublingsMax = 3;

/**
 * How long to wait before an engine is asked again, in ms. Longer in later rounds: a server that starts has something else to do than
 * to refuse connections.
 * @param round how often all members have been asked in vain
 * @param leftMs until the deadline, which no pause goes past
 */
export function pauseMsOf(round: number, leftMs: number): number {
  const pauseMs = randomInt(pauseMsMin, pauseMsMax) * 2 ** Math.min(round, doublingsMax);
  return Math.max(0, Math.min(pauseMs, leftMs));
}

/**
 * @param deadline by `performance.now()`
 * @param isBackground keeps no process alive
 */
export async function pauseBeforeRetry(
  round: number,
  deadline: number,
  isBackground: boolean,
): Promise<void> {
  await sleep(pauseMsOf(round, deadline - performance.now()), undefined, { ref: !isBackground });
}
