import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { openStore } from '../index.js';
import { type Case, failureOf, textOf } from './case.js';

/** What the calls of one process do. */
export const calls: Case[] = [
  {
    name: 'a value is in the store and in its place until it is removed',
    async run({ place, entries }) {
      const store = openStore(place);
      assert.equal(await store.get('a'), undefined);
      assert.deepEqual(await store.all(), {});
      await store.set('a', { deep: [1, null, 'é\u{1f511}'] });
      await store.set('b', 2);
      assert.deepEqual(await store.get('a'), { deep: [1, null, 'é\u{1f511}'] });
      assert.deepEqual(await openStore(place).all(), { a: { deep: [1, null, 'é\u{1f511}'] }, b: 2 });
      await store.remove('a');
      await store.remove('absent');
      assert.deepEqual(await entries(), { b: 2 });
    },
  },
  {
    name: 'update replaces a value by a function of it, and removes a value that becomes undefined',
    async run({ place, entries }) {
      const store = openStore(place);
      const add = (old: unknown) => Number(old ?? 0) + 1;
      await Promise.all(Array.from({ length: 20 }, () => store.update('n', add)));
      assert.equal(await store.get('n'), 20);
      assert.equal(await store.update('n', () => undefined), undefined);
      assert.deepEqual(await entries(), {});
    },
  },
  {
    name: 'a transaction is applied as a whole, or, where it throws, not at all',
    async run({ place, entries }) {
      const store = openStore(place);
      await store.transaction([
        ['a', 1],
        ['b', 2],
      ]);
      await store.transaction((entries) => {
        entries.set('c', entries.get('a'));
        entries.remove('a');
      });
      assert.deepEqual(await entries(), { b: 2, c: 1 });
      const half = store.transaction((entries) => {
        entries.remove('b');
        throw new Error('mine');
      });
      await assert.rejects(half, /mine/);
      assert.deepEqual(await entries(), { b: 2, c: 1 });
    },
  },
  {
    name: 'set keeps the order and the bytes of all other entries',
    needsFile: 'it is about the bytes of other entries in the file',
    async run({ file }) {
      writeFileSync(file, '{"z":{"n":1.0},  "a" : [1,2],"7":12345678901234567890,"$schema":"x"}');
      await openStore(file).set('a', true);
      const kept = '{\n  "z": {"n":1.0},\n  "a": true,\n  "7": 12345678901234567890,\n  "$schema": "x"\n}';
      assert.equal(textOf(file), kept);
    },
  },
  {
    name: '__proto__ and constructor are ordinary keys',
    async run({ place }) {
      const store = openStore(place);
      await store.set('__proto__', { polluted: true });
      await store.set('constructor', 1);
      assert.deepEqual(await store.get('__proto__'), { polluted: true });
      assert.deepEqual(Object.keys(await store.all()), ['__proto__', 'constructor']);
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
      assert.equal(await store.get('toString'), undefined);
    },
  },
  {
    name: '64 concurrent sets are all stored',
    async run({ place, entries }) {
      const store = openStore(place);
      const keys = Array.from({ length: 64 }, (_, n) => `provider-${n}`);
      await Promise.all(keys.map((key) => store.set(key, key)));
      assert.deepEqual(await entries(), Object.fromEntries(keys.map((key) => [key, key])));
    },
  },
  {
    name: 'several stores of one process lose no update of each other',
    async run({ place }) {
      const stores = Array.from({ length: 4 }, () => openStore(place));
      const add = (old: unknown) => Number(old ?? 0) + 1;
      await Promise.all(stores.flatMap((store) => Array.from({ length: 8 }, () => store.update('n', add))));
      assert.equal(await openStore(place).get('n'), 32);
    },
  },
  {
    name: 'a value that JSON cannot keep is refused with E_INPUT',
    async run({ place }) {
      for (const value of [undefined, () => 'CANARY', 1n, Symbol('CANARY')]) {
        const error = await failureOf(() => openStore(place).set('a', value));
        assert.deepEqual([error.code, error.definite], ['E_INPUT', true]);
        assert(!`${error.stack}${JSON.stringify(error)}`.includes('CANARY'));
      }
    },
  },
  {
    name: 'a commit leaves nothing behind but the file, its copy and an empty directory',
    needsFile: 'it is about what lies beside the file',
    async run({ file, directory }) {
      const store = openStore(file);
      for (let n = 0; n < 5; n++) await store.set('a', n);
      await store.close();
      assert.deepEqual(readdirSync(directory).sort(), ['auth.json', 'auth.json.intents', 'auth.json.last']);
      assert.deepEqual(readdirSync(`${file}.intents`), []);
    },
  },
];
