import {
  closeSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoreEvent } from '../../backend/backend.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { listRecoverable, restoreEntries } from '../doctor/recoverable.js';
import { keysIn, newStore } from './foreign.test.helper.js';

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
  it('erases nothing, also of what was there before the store', async () => {
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

  it('has started anew where it replaced the file or found none', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1,"b":2,"c":3}', { mode: 0o600 });
    const store = openStore(file);
    await store.set('d', 4);
    rmSync(file);
    writeFileSync(file, '{"x":1}', { mode: 0o600 });
    expect(await store.all()).toEqual({ x: 1 });
  });
});

describe('an adoption that gives up more than one entry', () => {
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

  it('keeps the state before, also of one entry, where an older state may have been written again', async () => {
    const { file, events, store } = await newStore();
    // It had read no more than this, and logged in again with the very same key: the bytes of a logout from a and b, too.
    writeInto(openSync(file, 'r+'), { a: { type: 'api', key: 'a' } });
    expect(await keysIn(store)).toEqual(['a', 'c']);
    const [generation] = keptBeside(file).map((name) => path.join(path.dirname(file), name));
    expect(events).toMatchObject([{ type: 'merged', keys: ['b'], putBack: ['c'], generation }]);
    const kept = listRecoverable(file).found.find(({ place }) => place === generation);
    expect([...(kept?.entries.keys() ?? [])]).toEqual(['a', 'b', 'c']);
  });

  it('keeps nothing of a commit that did not happen', async () => {
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

  it('keeps nothing of a single logout, of a removed file, or where all entries come back', async () => {
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

describe('a commit that was to put back what an old copy had erased, and was stopped between its two renames', () => {
  async function stopped(next: object) {
    const { file, store, snapshot, write } = await newStore();
    const old = snapshot();
    await store.set('a', 'newer');
    await store.set('d', 4);
    await store.remove('b');
    write({ ...old, late: 1 });
    linkSync(file, `${file}.before`);
    await store.set('own', 5);
    await store.close();
    renameSync(`${file}.before`, file);
    writeInto(openSync(file, 'r+'), { ...old, late: 1, ...next });
    return openStore(file);
  }

  it('has what it was to put back put back, though the file was written once more, and its own change is not made', async () => {
    const again = await stopped({ later: 2 });
    expect(await again.all()).toMatchObject({ a: 'newer', d: 4, late: 1, later: 2 });
    expect((await keysIn(again)).sort()).toEqual(['a', 'c', 'd', 'late', 'later']);
  });

  it('leaves the change of a program that wrote once more, also of an entry that was to be put back', async () => {
    const again = await stopped({ a: 'theirs' });
    expect(await again.all()).toMatchObject({ a: 'theirs', d: 4, late: 1 });
  });
});

it('an entry that other programs can’t decode comes back with their next write, until our command removes it', async () => {
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
