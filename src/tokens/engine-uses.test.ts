import { expect, it, onTestFinished, vi } from 'vitest';
import type { Note } from '../store/backend/revocable.js';
import { EngineUses } from './engine-uses.js';
import { encodeUses } from './use-times.js';

/** A text in memory, and how often it was written. */
class Memory implements Note {
  writes = 0;
  constructor(public text: string | undefined) {}

  async read() {
    return this.text;
  }

  async change(edit: (text: string | undefined) => string | undefined) {
    this.text = edit(this.text) ?? this.text;
    this.writes++;
  }
}

it.each([
  ['every second where they are few', 10, { least: 59, most: 61 }],
  ['less often where they are so many that an engine would fill up', 3000, { least: 5, most: 7 }],
])('first uses are written %s', async (_, count, { least, most }) => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const times = new Map(Array.from({ length: count }, (_, n): [string, number] => [`token-${n}`, 1e12 + n]));
  const note = new Memory(encodeUses(times));
  const uses = new EngineUses(note, 'here');
  for (let second = 1; second <= 60; second++) {
    uses.record(`new-${second}`, 1000 * second);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(note.writes).toBeGreaterThanOrEqual(least);
  expect(note.writes).toBeLessThanOrEqual(most);
  await uses.flush();
  expect((await uses.read()).of('new-60', undefined)).toBe(60_000);
});
