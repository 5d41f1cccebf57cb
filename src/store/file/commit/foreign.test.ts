import {
  closeSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoreEvent } from '../../backend.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { listRecoverable, openStore, restoreEntries } from '../../store.js';

/** Programs that know no intents and write the whole file: other versions, plugins, editors. */
async function newStore() {
  const file = newFile();
  const events: StoreEvent[] = [];
  const store = openStore(file, { onEvent: (event) => events.push(event) });
  /** What a foreign program that reads now would hold. */
  const snapshot = () => JSON.parse(textOf(file)) as Record<string, unknown>;
  const write = (content: Record<string, unknown>) => writeFileSync(file, JSON.stringify(content));
  for (const key of ['a', 'b', 'c']) await store.set(key, { type: 'api', key });
  return { file, events, store, snapshot, write };
}

const keysIn = async (store: { all(): Promise<object> }) => Object.keys(await store.all());

describe('a change by a foreign program', () => {
  it('a foreign change is adopted and reported with its keys', async () => {
    const { file, events, store, snapshot, write } = await newStore();
    write({ ...snapshot(), b: 'changed', x: 1 });
    expect(await store.all()).toEqual({ ...snapshot(), b: 'changed', x: 1 });
    expect(events).toEqual([{ type: 'adopted', file, keys: ['b', 'x'] }]);
  });

  it('a foreign change survives later damage to the file', async () => {
    const { store, file, snapshot, write } = await newStore();
    write({ ...snapshot(), x: 1 });
    await store.get('x');
    writeFileSync(file, '');
    expect(await keysIn(store)).toEqual(['a', 'b', 'c', 'x']);
  });

  it('a foreign file keeps its bytes and order until the next write', async () => {
    const { file, store } = await newStore();
    const foreign = '\ufeff{ "c" : {"type":"api","key":"c"},\n\t"a":1.0, "b": {"type":"api","key":"b"} }\n';
    writeFileSync(file, foreign);
    expect(await keysIn(store)).toEqual(['c', 'a', 'b']);
    expect(textOf(file)).toBe(foreign);
    await store.set('d', 1);
    expect(textOf(file)).toBe(
      '{\n  "c": {"type":"api","key":"c"},\n  "a": 1.0,\n  "b": {"type":"api","key":"b"},\n  "d": 1\n}',
    );
  });

  it('a foreign write that changes only white space is no change', async () => {
    const { events, store, snapshot, write } = await newStore();
    write(snapshot());
    await store.set('d', 1);
    expect(events).toEqual([]);
  });

  it('a foreign change right before a commit is kept', async () => {
    const { store, snapshot, write } = await newStore();
    let runs = 0;
    await store.transaction((entries) => {
      if (runs++ === 0) write({ ...snapshot(), x: 1 });
      entries.set('d', 1);
    });
    expect(runs).toBe(2);
    expect(await keysIn(store)).toEqual(['a', 'b', 'c', 'x', 'd']);
  });
});

describe('entries that a foreign program erased by writing from an old state', () => {
  it.each([1, 5, 30])(
    'erased entries are restored, however many commits old the foreign state is: %i',
    async (commits) => {
      const { file, events, store, snapshot, write } = await newStore();
      const stale = snapshot();
      for (let n = 0; n < commits; n++) await store.set(`k${n}`, n);
      await store.set('a', 'newer');
      write({ ...stale, x: 1 });
      const all = await store.all();
      expect(Object.keys(all).toSorted()).toEqual(
        ['a', 'b', 'c', 'x', ...Array.from({ length: commits }, (_, n) => `k${n}`)].toSorted(),
      );
      expect(all.a).toBe('newer');
      expect(JSON.parse(textOf(file))).toEqual(all);
      const putBack = expect.arrayContaining(['a', 'k0']);
      expect(events).toEqual([{ type: 'merged', file, keys: ['x'], putBack }]);
    },
  );

  it('an entry that we have removed since is not restored', async () => {
    const { store, snapshot, write } = await newStore();
    const stale = snapshot();
    await store.remove('b');
    await store.set('d', 1);
    write({ ...stale, x: 1 });
    expect((await keysIn(store)).toSorted()).toEqual(['a', 'c', 'd', 'x']);
  });

  it('the foreign value wins where the foreign program changed the same entry', async () => {
    const { store, snapshot, write } = await newStore();
    const stale = snapshot();
    await store.set('a', 'ours');
    await store.set('d', 1);
    write({ ...stale, a: 'theirs' });
    expect(await store.all()).toMatchObject({ a: 'theirs', d: 1 });
  });

  it('erased entries are restored where a program took the file for empty', async () => {
    const file = newFile();
    const store = openStore(file);
    await store.set('a', 1);
    await store.set('b', 2);
    writeFileSync(file, '{"x":1}');
    expect(await store.all()).toEqual({ x: 1, a: 1, b: 2 });
  });

  it('the next write also restores erased entries, in the same commit', async () => {
    const { store, file, snapshot, write } = await newStore();
    const stale = snapshot();
    await store.set('d', 1);
    write({ ...stale, x: 1 });
    await store.set('e', 1);
    expect(Object.keys(JSON.parse(textOf(file)) as object).toSorted()).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'x',
    ]);
  });
});

describe('an entry that a foreign program removed', () => {
  it.each([['a'], ['b'], ['c']])('the entry %s stays removed', async (key) => {
    const { store, snapshot, write } = await newStore();
    const { [key]: _, ...rest } = snapshot();
    write(rest);
    expect(await keysIn(store)).toEqual(['a', 'b', 'c'].filter((other) => other !== key));
    await store.set('d', 1);
    expect(await store.get(key)).toBeUndefined();
  });

  it('an entry stays removed when it was removed from an older state', async () => {
    const { store, snapshot, write } = await newStore();
    const { a: _, ...stale } = snapshot();
    await store.set('d', 1);
    write(stale);
    expect(await keysIn(store)).toEqual(['b', 'c', 'd']);
  });

  it('every entry stays removed when the file was removed', async () => {
    const { file, store } = await newStore();
    rmSync(file);
    expect(await store.all()).toEqual({});
    // Seen once, it holds: damage does not bring the credentials back.
    writeFileSync(file, '{"half');
    expect(await store.all()).toEqual({});
    expect(readFileSync(`${file}.last`, 'utf8')).not.toContain('"type": "api"');
  });

  it('an entry stays removed where the foreign program wrote ten minutes later, whatever else it changed', async () => {
    const { file, store, snapshot, write } = await newStore();
    const { c: _, ...rest } = snapshot();
    write({ ...rest, a: 'edited', x: 1 });
    const later = Date.now() / 1000 + 600;
    utimesSync(file, later, later);
    expect(await keysIn(store)).toEqual(['a', 'b', 'x']);
  });
});

/** As the agent writes: into the same file, and only then to the new length. */
function writeInto(descriptor: number, content: object): void {
  const bytes = Buffer.from(JSON.stringify(content, null, 2));
  writeSync(descriptor, bytes, 0, bytes.length, 0);
  ftruncateSync(descriptor, bytes.length);
  closeSync(descriptor);
}

const keptBeside = (file: string) =>
  readdirSync(path.dirname(file)).filter((name) => name.startsWith('auth.json.corrupt-'));

describe('a program that took the file for empty, and wrote its one entry into it', () => {
  it('erases nothing, also of what was there before the store was', async () => {
    const file = newFile();
    const theirs = { anthropic: 1, groq: 2, openai: 3, mistral: 4 };
    writeFileSync(file, JSON.stringify(theirs), { mode: 0o600 });
    const events: StoreEvent[] = [];
    const store = openStore(file, { onEvent: (event) => events.push(event) });
    await store.set('cohere', 5);
    writeInto(openSync(file, 'r+'), { late: 6 });
    expect(await store.all()).toEqual({ late: 6, ...theirs, cohere: 5 });
    expect(JSON.parse(textOf(file))).toEqual({ late: 6, ...theirs, cohere: 5 });
    const putBack = expect.arrayContaining(['anthropic', 'groq', 'openai', 'mistral', 'cohere']);
    expect(events).toEqual([{ type: 'merged', file, keys: ['late'], putBack }]);
  });

  it('has started anew where it replaced the file, or found none', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1,"b":2,"c":3}', { mode: 0o600 });
    const store = openStore(file);
    await store.set('d', 4);
    rmSync(file);
    writeFileSync(file, '{"x":1}', { mode: 0o600 });
    expect(await store.all()).toEqual({ x: 1 });
  });
});

describe('before more than one entry is given up', () => {
  it.each([
    ['into the file', (file: string, content: object) => writeInto(openSync(file, 'r+'), content)],
    [
      'a new file',
      (file: string, content: object) => {
        writeFileSync(`${file}.tmp`, JSON.stringify(content), { mode: 0o600 });
        renameSync(`${file}.tmp`, file);
      },
    ],
  ])('the state before is kept for restore, when a program writes %s', async (_, write) => {
    const { file, events, store } = await newStore();
    write(file, {});
    expect(await store.all()).toEqual({});
    const [generation] = keptBeside(file).map((name) => path.join(path.dirname(file), name));
    expect(events).toMatchObject([{ type: 'adopted', generation }]);
    const kept = listRecoverable(file).found.find(({ place }) => place === generation);
    expect([...(kept?.entries.keys() ?? [])]).toEqual(['a', 'b', 'c']);
    await restoreEntries(file, kept?.entries ?? new Map());
    expect(await keysIn(store)).toEqual(['a', 'b', 'c']);
  });

  it('the same of one entry, where a program may have written an older state again and meant nothing', async () => {
    const { file, events, store } = await newStore();
    // It had read no more than this, and logged in again with the very same key: the bytes of a logout from a and b, too.
    writeInto(openSync(file, 'r+'), { a: { type: 'api', key: 'a' } });
    expect(await keysIn(store)).toEqual(['a', 'c']);
    const [generation] = keptBeside(file).map((name) => path.join(path.dirname(file), name));
    expect(events).toMatchObject([{ type: 'merged', keys: ['b'], putBack: ['c'], generation }]);
    const kept = listRecoverable(file).found.find(({ place }) => place === generation);
    expect([...(kept?.entries.keys() ?? [])]).toEqual(['a', 'b', 'c']);
  });

  it('nothing is kept of a commit that did not happen', async () => {
    const { file, store } = await newStore();
    linkSync(file, `${file}.before`);
    await store.transaction([
      ['x', 1],
      ['y', 2],
    ]);
    await store.close();
    // As a process leaves it that is stopped between its two renames; and then another program writes.
    renameSync(`${file}.before`, file);
    writeInto(openSync(file, 'r+'), { ...JSON.parse(textOf(file)), z: 3 });
    expect(await keysIn(openStore(file))).toEqual(['a', 'b', 'c', 'z']);
    expect(keptBeside(file)).toEqual([]);
  });

  it.each([
    ['has lost its intent', (file: string) => rmSync(`${file}.intents`, { recursive: true })],
    [
      'is overtaken when it is about to rename',
      (file: string) => queueMicrotask(() => writeFileSync(file, '{ }')),
    ],
  ])('an attempt leaves nothing behind that %s', async (_, interfere) => {
    const { file, write } = await newStore();
    write({});
    const kept: number[] = [];
    await openStore(file).transaction((entries) => {
      if (kept.length === 0) interfere(file);
      kept.push(keptBeside(file).length);
      entries.set('d', 1);
    });
    expect(kept).toEqual([0, 0]);
    expect(keptBeside(file)).toHaveLength(1);
  });

  it('nothing is kept of a single logout, of a removed file, or where all comes back', async () => {
    const { file, store, snapshot, write } = await newStore();
    const { a: _, ...rest } = snapshot();
    write(rest);
    await store.all();
    write({ x: 1 });
    await store.all();
    rmSync(file);
    expect(await store.all()).toEqual({});
    expect(keptBeside(file)).toEqual([]);
  });
});

it('an entry that other programs can’t decode comes back with their next write, and goes by our command', async () => {
  const file = newFile();
  const store = openStore(file, { isOpaque: (value) => typeof value === 'string' });
  await store.transaction([
    ['future', 'of another version'],
    ['a', 1],
    ['b', 2],
  ]);
  writeInto(openSync(file, 'r+'), { a: 1 });
  expect(await store.all()).toEqual({ a: 1, future: 'of another version' });
  await store.remove('future');
  expect(await store.all()).toEqual({ a: 1 });
});
