import { getEventListeners } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { patient as unhurried, until } from '../../../waiting.test.helper.js';
import type { CallOptions } from '../../backend/call.js';
import { failureOf, newFile, strangersIntent, textOf } from '../../scratch.test.helper.js';
import { openStore, type Store } from '../../store.js';
import { crowdPauseMs } from './queue.js';

const calls: [string, (store: Store, options: CallOptions) => Promise<unknown>][] = [
  ['get', (store, options) => store.get('a', options)],
  ['all', (store, options) => store.all(options)],
  ['set', (store, options) => store.set('a', 1, options)],
  ['remove', (store, options) => store.remove('a', options)],
  ['update', (store, options) => store.update('a', () => 1, options)],
  ['a transaction', (store, options) => store.transaction((entries) => entries.set('a', 1), options)],
  ['a transaction of values', (store, options) => store.transaction([['a', 1]], options)],
  [
    'refresh',
    (store, options) =>
      store.refresh(
        'a',
        () => false,
        () => 1,
        options,
      ),
  ],
];
const writes = calls.slice(2, -1);

/** An intent in the way of all, whose process can't be proved dead. */
function newBlockedFile(): { file: string; unblock: () => void } {
  const file = newFile();
  const intent = strangersIntent(file);
  mkdirSync(intent, { recursive: true });
  return { file, unblock: () => rmSync(intent, { recursive: true, force: true }) };
}
const patient = { leaseMs: 3_600_000, ...unhurried };
/** A commit has begun: its request or its ticket lies beside what blocks it. */
const underWay = (file: string) => until(() => readdirSync(`${file}.intents`).length > 1);

describe('an aborted signal', () => {
  it.each(calls)('an aborted signal keeps a call from beginning: %s', async (_, call) => {
    const file = newFile();
    const reason = new Error('mine');
    const error = await failureOf(call(openStore(file), { signal: AbortSignal.abort(reason) }));
    expect(error).toMatchObject({ code: 'E_ABORTED', definite: true });
    expect(error.cause).toBe(reason);
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it.each(writes)(
    'an abort ends a waiting call, which never happens, while other calls do: %s',
    async (_, call) => {
      const { file, unblock } = newBlockedFile();
      const store = openStore(file, patient);
      const before = store.set('before', 1);
      await underWay(file);
      const controller = new AbortController();
      const aborted = failureOf(call(store, { signal: controller.signal }));
      const after = store.set('after', 2);
      controller.abort();
      expect(await aborted).toMatchObject({ code: 'E_ABORTED', definite: true });
      unblock();
      await Promise.all([before, after]);
      expect(await store.all()).toEqual({ before: 1, after: 2 });
    },
  );

  it('an abort of a set in a running batch is reported as uncertain, and spares the rest of the batch', async () => {
    const { file, unblock } = newBlockedFile();
    const store = openStore(file, patient);
    const controller = new AbortController();
    const aborted = failureOf(store.set('aborted', 1, { signal: controller.signal }));
    const other = store.set('other', 2);
    await underWay(file);
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'E_ABORTED', definite: false });
    unblock();
    await other;
    expect(await store.get('other')).toBe(2);
  });

  it('an abort of an update in a running batch is certain before its function has run', async () => {
    const { file, unblock } = newBlockedFile();
    const store = openStore(file, patient);
    const controller = new AbortController();
    const aborted = failureOf(store.update('aborted', () => 1, { signal: controller.signal }));
    const other = store.set('other', 2);
    await underWay(file);
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'E_ABORTED', definite: true });
    unblock();
    await other;
    expect(await store.all()).toEqual({ other: 2 });
  });

  it('an abort ends a read that waits for a file to settle', async () => {
    const file = newFile();
    await openStore(file).set('a', 1);
    writeFileSync(file, '{"a"');
    const controller = new AbortController();
    const read = failureOf(openStore(file).get('a', { signal: controller.signal }));
    controller.abort();
    expect(await read).toMatchObject({ code: 'E_ABORTED', definite: true });
  });

  it('an abort after the call has returned changes nothing', async () => {
    const store = openStore(newFile());
    const controller = new AbortController();
    await store.set('a', 1, { signal: controller.signal });
    controller.abort();
    expect(await store.get('a')).toBe(1);
  });
});

it('a signal that outlives many calls collects no listeners', async () => {
  const store = openStore(newFile());
  const { signal } = new AbortController();
  for (const [, call] of calls) await call(store, { signal });
  const ends = Array.from({ length: 20 }, () => store.watch(() => {}, { signal }));
  for (const end of ends) end();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('a deadline', () => {
  it.each(writes)(
    'its own deadline ends a call that waits for another commit, and nothing is written: %s',
    async (_, call) => {
      const { file, unblock } = newBlockedFile();
      const store = openStore(file, patient);
      const before = store.set('before', 1);
      await underWay(file);
      const error = await failureOf(call(store, { deadlineMs: 20 }));
      expect(error).toMatchObject({ code: 'E_TIMEOUT', definite: true, file });
      unblock();
      await before;
      expect(JSON.parse(textOf(file))).toEqual({ before: 1 });
    },
  );

  it('the deadline of one call ends no other call of the same batch', async () => {
    const { file, unblock } = newBlockedFile();
    const store = openStore(file, patient);
    const short = failureOf(store.set('short', 1, { deadlineMs: 20 }));
    const long = store.set('long', 2);
    expect(await short).toMatchObject({ code: 'E_TIMEOUT', definite: true });
    unblock();
    await long;
    expect(JSON.parse(textOf(file))).toEqual({ long: 2 });
  });
});

describe('invalid limits', () => {
  const wrong = [
    { deadlineMs: Number.NaN },
    { deadlineMs: -1 },
    { deadlineMs: Number.POSITIVE_INFINITY },
    { deadlineMs: '5' as never },
    { signal: {} as never },
  ];
  it.each(calls)('invalid limits are refused by every call: %s', async (_, call) => {
    for (const options of wrong) {
      const error = await failureOf(call(openStore(newFile()), options));
      expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    }
  });
  it.each([{ leaseMs: Number.NaN }, { deadlineMs: Number.NaN }])(
    'invalid limits are refused by openStore: %j',
    async (options) => {
      expect(await failureOf(() => openStore(newFile(), options))).toMatchObject({ code: 'E_INPUT' });
    },
  );
});

describe('await using', () => {
  it('`await using` closes the store at the end of the block, and waits for what has begun', async () => {
    const file = newFile();
    const opened = openStore(file);
    {
      await using store = opened;
      void store.set('a', 1);
    }
    expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
    expect(await failureOf(opened.get('a'))).toMatchObject({ code: 'E_CLOSED' });
  });
});

it('the more wait, the more seldom each looks, so that all of them together have no more to do', () => {
  expect([1, 2, 16, 32, 64, 128, 100_000].map(crowdPauseMs)).toEqual([8, 8, 32, 128, 512, 1000, 1000]);
});
