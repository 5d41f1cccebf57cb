import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { around, systemError } from '../../calls.test.helper.js';
import { failureOf, newFile } from '../../scratch.test.helper.js';
import { openStore, type Store } from '../../store.js';

/**
 * The incident that this store exists for: a file that could not be read was taken for an empty one, and the next write made
 * that true. What can't be read says nothing of what is there.
 */
const calls: [string, (store: Store) => Promise<unknown>][] = [
  ['get', (store) => store.get('a')],
  ['all', (store) => store.all()],
  ['set', (store) => store.set('b', 2)],
  ['remove', (store) => store.remove('a')],
  ['update', (store) => store.update('b', (old) => old ?? 2)],
  ['transaction', (store) => store.transaction([['b', 2]])],
];

async function committed(): Promise<string> {
  const file = newFile();
  await using store = openStore(file);
  await store.set('a', 'CANARY');
  return file;
}

const errnos = ['EACCES', 'EPERM', 'EIO', 'EMFILE', 'ESTALE'];

describe("a file that can't be opened", () => {
  for (const errno of errnos) {
    it.each(calls)(`a call of %s with ${errno} is an error, and nothing is written`, async (_, call) => {
      const file = await committed();
      const before = [file, `${file}.last`].map((place) => readFileSync(place));
      const refuse = () => {
        throw systemError(errno);
      };
      const restore = around('openSync', (place) => place === file, { before: refuse, always: true });
      onTestFinished(() => {
        restore();
      });
      const error = await failureOf(call(openStore(file)));
      expect(restore()).toBeGreaterThan(0);
      expect(error).toMatchObject({ code: 'E_IO', definite: true });
      expect([error.message, error.message.includes('CANARY')]).toEqual([
        expect.stringContaining(errno),
        false,
      ]);
      expect([file, `${file}.last`].map((place) => readFileSync(place))).toEqual(before);
    });
  }
});

describe('a file that holds no JSON object', () => {
  const contents = ['', '{"a": ', '[]', 'null', '{}{}', '\0\0\0\0'];

  it.each(contents)(
    'each call on a file with %j and no copy is an error, and the file stays as it is',
    async (content) => {
      const file = newFile();
      writeFileSync(file, content, { mode: 0o600 });
      const failures = await Promise.all(calls.map(([, call]) => failureOf(call(openStore(file)))));
      for (const error of failures) expect(error).toMatchObject({ code: 'E_CORRUPT', definite: true });
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );

  it.each(contents)('a write to a file with %j starts from the copy', async (content) => {
    const file = await committed();
    writeFileSync(file, content);
    await using store = openStore(file);
    await store.set('b', 2);
    expect(await store.all()).toEqual({ a: 'CANARY', b: 2 });
  });
});

it('a copy that is no record is ignored, and the file counts', async () => {
  const file = await committed();
  rmSync(`${file}.last`);
  writeFileSync(`${file}.last`, 'not a record', { mode: 0o600 });
  await using store = openStore(file);
  await store.set('b', 2);
  expect(await store.all()).toEqual({ a: 'CANARY', b: 2 });
});
