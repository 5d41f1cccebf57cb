import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openStore, type StoreEvent } from '../index.js';
import { type Case, entriesIn, failureOf, modeOf } from './case.js';

const needsFile = 'it is about the file, and what stands in its place';

/** What becomes of the file, and of what stands in its place. */
export const places: Case[] = [
  {
    name: 'files are 0600 and directories 0700, under any umask',
    needsFile,
    async run({ directory }) {
      for (const mask of [0, 0o777]) {
        const file = path.join(directory, `sub-${mask}`, 'auth.json');
        const before = process.umask(mask);
        try {
          await openStore(file).set('a', 1);
        } finally {
          process.umask(before);
        }
        const modes = [file, `${file}.last`, `${file}.intents`, path.dirname(file)].map(modeOf);
        assert.deepEqual(modes, ['600', '600', '700', '700']);
      }
    },
  },
  {
    name: 'a looser mode is tightened by the next write',
    needsFile,
    async run({ file }) {
      const store = openStore(file);
      await store.set('a', 1);
      chmodSync(file, 0o644);
      chmodSync(`${file}.intents`, 0o755);
      // Its standing intent must be over, or it makes no directory.
      await store.close();
      await openStore(file).set('a', 2);
      assert.deepEqual([file, `${file}.intents`].map(modeOf), ['600', '700']);
    },
  },
  {
    name: 'a symbolic link stays a link, also a dangling one',
    needsFile,
    async run({ file, directory }) {
      const real = path.join(directory, 'dotfiles', 'credentials.json');
      mkdirSync(path.dirname(real));
      symlinkSync(path.join('dotfiles', 'credentials.json'), file);
      await openStore(file).set('a', 1);
      await openStore(file).set('b', 2);
      assert(lstatSync(file).isSymbolicLink());
      assert.deepEqual(entriesIn(real), { a: 1, b: 2 });
      assert.deepEqual(readdirSync(directory).sort(), ['auth.json', 'dotfiles']);
    },
  },
  {
    name: 'a damaged file is kept beside itself, and the last committed state comes back',
    needsFile,
    async run({ file, directory }) {
      const events: StoreEvent[] = [];
      const store = openStore(file, { onEvent: (event) => events.push(event) });
      await store.set('a', 1);
      await store.set('b', 2);
      for (const damage of ['{"a":1,', '', '[]', '\0\0\0\0']) {
        writeFileSync(file, damage);
        assert.deepEqual(await store.all(), { a: 1, b: 2 });
        assert.deepEqual(entriesIn(file), { a: 1, b: 2 });
      }
      assert.deepEqual([...new Set(events.map(({ type }) => type))], ['recovered']);
      const kept = readdirSync(directory).filter((name) => name.includes('.corrupt-'));
      const texts = kept.map((name) => readFileSync(path.join(directory, name), 'latin1'));
      assert(texts.includes('{"a":1,') && texts.includes('[]'));
    },
  },
  {
    name: 'an unusable file without a copy is left as it is',
    needsFile,
    async run({ file }) {
      writeFileSync(file, 'not ours');
      const error = await failureOf(() => openStore(file).set('a', 1));
      assert.deepEqual([error.code, error.definite], ['E_CORRUPT', true]);
      assert.equal(readFileSync(file, 'utf8'), 'not ours');
    },
  },
  {
    name: 'a foreign change is adopted, and entries that it erased from an old copy are restored',
    needsFile,
    async run({ file }) {
      const events: StoreEvent[] = [];
      const store = openStore(file, { onEvent: (event) => events.push(event) });
      await store.set('a', 1);
      const old = entriesIn(file);
      await store.set('b', 2);
      writeFileSync(file, JSON.stringify({ ...old, foreign: true }));
      assert.deepEqual(await store.all(), { a: 1, foreign: true, b: 2 });
      assert.deepEqual(
        events.map((event) => event.type === 'merged' && [event.keys, event.putBack]),
        [[['foreign'], ['b']]],
      );
    },
  },
];
