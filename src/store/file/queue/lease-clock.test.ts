import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf, newFile, strangersIntent } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';

/** The wall clock jumps: a laptop wakes, a virtual machine is moved, a clock is set right. */
function withJumpingClock(jumpMs: number): void {
  let now = 1_800_000_000_000;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => {
    now += jumpMs;
    return now;
  });
  onTestFinished(() => spy.mockRestore());
}

function behindStranger() {
  const file = newFile();
  mkdirSync(strangersIntent(file), { recursive: true });
  return file;
}

const hourMs = 3_600_000;

describe('the clock of a lease', () => {
  it('a holder is not passed where the wall clock is set forward', async () => {
    const file = behindStranger();
    withJumpingClock(hourMs);
    const store = openStore(file, { leaseMs: hourMs, deadlineMs: 40 });
    expect(await failureOf(store.update('a', () => 1))).toMatchObject({ code: 'E_TIMEOUT', definite: true });
    expect(existsSync(strangersIntent(file))).toBe(true);
  });

  it('a silent holder is passed where the wall clock is set back', async () => {
    const file = behindStranger();
    withJumpingClock(-hourMs);
    await openStore(file, { leaseMs: 20, deadlineMs: 60_000 }).update('a', () => 1);
    expect(existsSync(strangersIntent(file))).toBe(false);
  });

  it('each holder has its whole lease, counted from when it was first seen', async () => {
    const file = behindStranger();
    const next = path.join(
      path.dirname(strangersIntent(file)),
      `i-${'f'.repeat(16)}-2-1-${'0'.repeat(12)}-elsewhere`,
    );
    const clock = { now: performance.now() };
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
    onTestFinished(() => spy.mockRestore());
    const call = openStore(file, { leaseMs: 100, deadlineMs: 10_000 }).update('a', () => 1);
    call.catch(() => {});
    // It has looked once, and stands in line.
    const isInLine = () => readdirSync(path.dirname(next)).some((name) => name.startsWith('t'));
    await vi.waitUntil(isInLine, { timeout: 60_000 });
    clock.now += 60;
    mkdirSync(next);
    clock.now += 60;
    await vi.waitUntil(() => !existsSync(strangersIntent(file)), { timeout: 60_000 });
    expect(existsSync(next)).toBe(true);
    clock.now += 120;
    await call;
    expect(existsSync(next)).toBe(false);
  });
});
