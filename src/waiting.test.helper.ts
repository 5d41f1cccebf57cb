import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';

/** A safety net, not a wait: a busy machine may take minutes for what usually takes milliseconds. */
export const patienceMs = 120_000;

/** For calls of the store that must not end by their deadline, though a test stops the whole process meanwhile. */
export const patient = { deadlineMs: 3_600_000 } as const;

/** Waits until the condition holds. */
export async function until(condition: () => unknown): Promise<void> {
  await vi.waitUntil(condition, { timeout: patienceMs, interval: 10 });
}

/** Waits until the assertion passes. */
export async function eventually(assertion: () => unknown): Promise<void> {
  await vi.waitFor(assertion, { timeout: patienceMs, interval: 10 });
}

/** The monotonic clock of this process jumps ahead, and stays so until the end of the test. Timers do not fire for it. */
export function passTime(ms: number): void {
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  onTestFinished(() => clock.mockRestore());
}

/**
 * A time in which something must *not* happen, which no event can announce. On a busy machine it may be too short to see a
 * fault, but it never makes a healthy run fail. Whatever must happen is waited for by `until` or `eventually`.
 */
export async function aWhile(ms = 400): Promise<void> {
  await sleep(ms);
}
