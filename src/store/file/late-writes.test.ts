import {
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readdirSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newFile, textOf } from '../scratch.test.helper.js';
import { openStore, type StoreOptions } from '../store.js';

/**
 *     program: reads a, opens auth.json to write | store: replaces auth.json | program: writes a and x, into nothing
 */
async function raced(theirs: object, options: StoreOptions = {}, entries = { a: 1, b: 2 }) {
  const file = newFile();
  writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
  const store = openStore(file, options);
  // Whole, because they are set again in the precision that a program can give.
  utimesSync(file, 1_000_000_000, 1_000_000_000);
  const descriptor = openSync(file, 'r+');
  await store.set('ours', 3);
  return {
    file,
    store,
    write: ({ keepsTimes = false } = {}) => {
      const { atime, mtime } = fstatSync(descriptor);
      const bytes = Buffer.from(JSON.stringify(theirs));
      writeSync(descriptor, bytes, 0, bytes.length, 0);
      ftruncateSync(descriptor, bytes.length);
      if (keepsTimes) futimesSync(descriptor, atime, mtime);
      closeSync(descriptor);
    },
    content: () => JSON.parse(textOf(file)) as unknown,
  };
}

describe('what a program writes into a file that the store has replaced meanwhile', () => {
  it('is found by the next read', async () => {
    const { store, write } = await raced({ a: 1, b: 2, x: 9 });
    write();
    expect(await store.all()).toEqual({ a: 1, b: 2, ours: 3, x: 9 });
  });

  it('is found by the next change, and comes before it', async () => {
    const { store, write, content } = await raced({ a: 1, b: 2, x: 9 });
    write();
    await store.update('x', (old) => `${old} and more`);
    expect(content()).toEqual({ a: 1, b: 2, ours: 3, x: '9 and more' });
  });

  it('is found by itself after a while', async () => {
    const { write, content } = await raced({ a: 1, b: 2, x: 9 });
    write();
    await expect.poll(content).toEqual({ a: 1, b: 2, ours: 3, x: 9 });
  });

  it('is found when the store is closed', async () => {
    const { store, write, content } = await raced({ a: 1, b: 2, x: 9 });
    write();
    await store.close();
    expect(content()).toEqual({ a: 1, b: 2, ours: 3, x: 9 });
  });

  it('of the same size and within one tick of the clock is found, too', async () => {
    const { write, content } = await raced({ a: 8, b: 2 });
    write({ keepsTimes: true });
    await expect.poll(content).toEqual({ a: 8, b: 2, ours: 3 });
  });

  it('may be what was there: the store’s own change is no logout', async () => {
    const { store, write } = await raced({ b: 2, a: 1 });
    write();
    expect(await store.all()).toEqual({ a: 1, b: 2, ours: 3 });
  });

  it('may be a logout, which is one', async () => {
    const { store, write } = await raced({ b: 2 });
    write();
    expect(await store.all()).toEqual({ b: 2, ours: 3 });
  });

  it('erases nothing where it took the file for empty', async () => {
    const { store, write } = await raced({ x: 9 });
    write();
    expect(await store.all()).toEqual({ a: 1, b: 2, ours: 3, x: 9 });
  });

  it('adds nothing to a revocable file, and removes', async () => {
    const { store, write } = await raced({ a: 1, x: 9 }, { revocable: true });
    write();
    expect(await store.all()).toEqual({ a: 1, ours: 3 });
  });

  it('is found in each of several files that were replaced in quick succession', async () => {
    const file = newFile();
    const store = openStore(file);
    await store.set('a', 1);
    const open: number[] = [];
    for (const key of ['k1', 'k2', 'k3', 'k4']) {
      open.push(openSync(file, 'r+'));
      await store.set(key, 1);
    }
    const [, second = -1] = open;
    const text = JSON.stringify({ a: 1, k1: 1, late: 1 });
    writeSync(second, text, 0);
    ftruncateSync(second, text.length);
    for (const descriptor of open) closeSync(descriptor);
    expect(await store.all()).toEqual({ a: 1, k1: 1, k2: 1, k3: 1, k4: 1, late: 1 });
  });
});

it('no replaced file stays open for long, however many there were', async () => {
  const file = newFile();
  const store = openStore(file);
  for (let n = 0; n < 30; n++) await store.set('a', n);
  const held = () => descriptors().filter((place) => place.startsWith(file) && place.endsWith('(deleted)'));
  expect(held().length).toBeLessThan(12);
  await expect.poll(held).toEqual([]);
});

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`)];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}
