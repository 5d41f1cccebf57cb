import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { tickMs } from '../surroundings/reading.js';
import { interceptStats } from './calls.test.helper.js';
import { newFile, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';

/**
 * The clock of files stands still, and the process's own is moved by the test: what is changed in place, to as many bytes,
 * then looks the same for as long as one tick of the file system's clock may last.
 */
const still = (stats: unknown) =>
  typeof stats === 'object' && stats !== null && 'mtimeNs' in stats
    ? Object.assign(stats, { mtimeNs: 1n, ctimeNs: 1n })
    : stats;

let end = () => {};
beforeAll(() => {
  end = interceptStats(still);
});
afterAll(() => end());

async function newReader() {
  const clock = { now: performance.now() };
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
  const file = newFile();
  writeFileSync(file, '{"a":1}', { mode: 0o600 });
  const store = openStore(file);
  onTestFinished(async () => {
    spy.mockRestore();
    await store.close();
  });
  return { clock, store, overwrite: (text: string) => writeFileSync(file, text, { flag: 'r+' }), file };
}

it.each([0, 1, tickMs / 2, tickMs - 1])(
  'a file that was seen for less than a tick is not trusted to be unchanged: %i ms',
  async (seenMs) => {
    const { clock, store, overwrite, file } = await newReader();
    for (const value of [2, 3, 4]) {
      expect(await store.get('a')).toBe(value - 1);
      clock.now += seenMs;
      // Looked at again, within the tick, it still may change without a trace.
      expect(await store.get('a')).toBe(value - 1);
      overwrite(`{"a":${value}}`);
      expect(await store.get('a')).toBe(value);
      expect(textOf(file)).toBe(`{"a":${value}}`);
    }
  },
);

it('a changed file is trusted only after a tick of its own', async () => {
  const { clock, store, overwrite } = await newReader();
  await store.get('a');
  clock.now += tickMs - 1;
  overwrite('{"a":2}');
  expect(await store.get('a')).toBe(2);
  clock.now += tickMs - 1;
  expect(await store.get('a')).toBe(2);
  overwrite('{"a":3}');
  expect(await store.get('a')).toBe(3);
});
