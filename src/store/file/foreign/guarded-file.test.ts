import { existsSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Document } from '../../document/document.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { GuardedFile } from './guarded-file.js';

/** A file that a store has written, and a guard of it. */
async function setUp() {
  const file = newFile();
  const store = openStore(file);
  for (const key of ['a', 'b', 'c']) await store.set(key, 1);
  await store.close();
  const guarded = new GuardedFile(file, { onLate: () => {} });
  const repair = async (wanted: Document | undefined) => {
    await guarded.repair(() => wanted, { how: 'durable', deadlineMs: 10_000 });
    await guarded.close();
  };
  return { file, repair };
}

const seen: Document = new Map([
  ['b', '1'],
  ['seen', '2'],
]);

describe('a durable repair', () => {
  it('writes what was judged into a torn file, not what the copy has', async () => {
    const { file, repair } = await setUp();
    truncateSync(file, 7);
    await repair(seen);
    expect(JSON.parse(textOf(file))).toEqual({ b: 1, seen: 2 });
    // A program may have read what the copy had, and write from it.
    truncateSync(file, 7);
    const store = openStore(file);
    expect(await store.all()).toEqual({ b: 1, seen: 2 });
    await store.close();
  });

  it('restores the copy of a torn file that no program has written since', async () => {
    const { file, repair } = await setUp();
    truncateSync(file, 7);
    await repair(undefined);
    expect(JSON.parse(textOf(file))).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('does not bring a missing file back, and records that in the copy', async () => {
    const { file, repair } = await setUp();
    rmSync(file);
    await repair(seen);
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(`${file}.last`, 'utf8')).not.toContain('"seen": 2');
  });
});
