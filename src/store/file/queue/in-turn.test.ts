import { describe, expect } from 'vitest';
import { eachInTiers } from '../../../tiers.test.helper.js';
import { patient } from '../../../waiting.test.helper.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { newWriter, type Writer } from '../../system.test.helper.js';

/** The timers by which the queue looks again never fire: who is not woken sleeps for ever. */
const withoutTimers = `
  const { setTimeout: original } = globalThis;
  globalThis.setTimeout = (callback, ms, ...args) => original(callback, ms === 4 || ms === 8 ? 2 ** 31 - 1 : ms, ...args);`;

async function writeInTurn(writer: Writer, file: string, name: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) expect(await writer.call('set', file, name, n)).toEqual({ ok: true });
}

describe('processes that write one change after another', () => {
  // One process alone has nobody to wait for.
  eachInTiers([
    [4, 25],
    [2, 60],
    [4, 60],
    [8, 60],
  ])(
    '%i processes wake each other each time, without any timer of the queue, for %i changes of each',
    async (count, changes) => {
      const options = { leaseMs: 3_600_000, ...patient };
      const writers = await Promise.all(
        Array.from({ length: count }, () => newWriter({ setup: withoutTimers, options })),
      );
      const file = newFile();
      await Promise.all(writers.map((writer, n) => writeInTurn(writer, file, `k${n}`, changes)));
      expect(JSON.parse(textOf(file))).toEqual(
        Object.fromEntries(writers.map((_, n) => [`k${n}`, changes - 1])),
      );
    },
  );
});
