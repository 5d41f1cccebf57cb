import { readdirSync, readFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf, newFile, textOf } from '../../scratch.test.helper.js';
import { openStore, type Store } from '../../store.js';

/** Where an entry that comes back does harm: what may have been taken away on purpose stays away. */
let file: string;
let store: Store;
beforeEach(() => {
  file = newFile();
  store = openStore(file, { revocable: true });
});

const entries = () => JSON.parse(textOf(file)) as Record<string, unknown>;

function replace(content: string): void {
  writeFileSync(`${file}.mine`, content, { mode: 0o600 });
  renameSync(`${file}.mine`, file);
}

describe('entries that a foreign program has dropped', () => {
  async function dropTwo(opened: Store): Promise<void> {
    for (const key of ['a', 'b', 'c']) await opened.set(key, key);
    replace('{"a":"a"}');
  }
  it('a dropped entry of a revocable store stays away, even if the file looks as it did before', async () => {
    await dropTwo(store);
    expect(await store.all()).toEqual({ a: 'a' });
    await store.set('d', 'd');
    expect(entries()).toEqual({ a: 'a', d: 'd' });
  });
  it('a dropped entry of an ordinary store is restored, but for one that may have been logged out from an old state', async () => {
    const usual = openStore(file);
    await dropTwo(usual);
    expect(await usual.all()).toEqual({ a: 'a', c: 'c' });
  });
});

it('an entry that a foreign program has brought back from an older copy is removed again', async () => {
  await store.set('a', 'a');
  await store.set('b', 'b');
  const old = textOf(file);
  await store.remove('a');
  await store.set('c', 'c');
  replace(old);
  expect(await store.all()).not.toHaveProperty('a');
  expect(entries()).not.toHaveProperty('a');
});

describe('a damaged file of a revocable store', () => {
  beforeEach(async () => {
    for (const key of ['gone', 'a', 'b']) await store.set(key, key);
    await store.remove('gone');
    await store.close();
    store = openStore(file, { revocable: true });
  });
  const left = () => readdirSync(path.dirname(file)).map((name) => readFileOrNothing(name));
  const readFileOrNothing = (name: string) =>
    name.endsWith('.intents')
      ? name
      : `${name}: ${readFileSync(path.join(path.dirname(file), name), 'latin1')}`;

  it.each([
    ['cut', () => truncateSync(file, 9)],
    ['emptied', () => truncateSync(file, 0)],
    ['overwritten', () => writeFileSync(file, '][', { flag: 'r+' })],
  ])('a file that was %s in place is restored, without the removed entry', async (_, damage) => {
    damage();
    expect(await store.all()).toEqual({ a: 'a', b: 'b' });
    expect(entries()).toEqual({ a: 'a', b: 'b' });
  });

  it.each([
    [
      'made where ours had been removed',
      () => {
        unlinkSync(file);
        writeFileSync(file, '', { mode: 0o600 });
      },
    ],
    ['put in the place of ours', () => replace('{"a":')],
  ])(
    'a damaged file that was %s restores nothing: the call fails, and nothing is written',
    async (_, damage) => {
      damage();
      const before = left();
      for (const call of [() => store.all(), () => store.set('c', 'c')]) {
        const error = await failureOf(call);
        expect([error.code, error.definite]).toEqual(['E_CORRUPT', true]);
        expect(error.message).toContain(`${file}.last`);
      }
      expect(left()).toEqual(before);
      unlinkSync(file);
      await store.set('c', 'c');
      expect(entries()).toEqual({ c: 'c' });
    },
  );
});

it('an entry that was removed with its file stays away when another file appears and is damaged', async () => {
  await store.set('a', 'a');
  unlinkSync(file);
  expect(await store.all()).toEqual({});
  await store.set('b', 'b');
  truncateSync(file, 3);
  expect(await store.all()).toEqual({ b: 'b' });
});
