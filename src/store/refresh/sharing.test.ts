import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf, modeOf, newFile, obstruct, textOf } from '../scratch.test.helper.js';
import { openStore } from '../store.js';

/** In one process, without a provider: each answer is one more than what it replaces. */
const stale = () => false;
const isNew = (value: unknown) => Number(value) > 1;

async function newStore() {
  const file = newFile();
  const store = openStore(file);
  await store.set('n', 1);
  return { file, store };
}

/** A `doRefresh` that answers when it is told to. */
function newProvider() {
  const asked: { old: unknown; signal: AbortSignal }[] = [];
  let answer: (value: unknown) => void = () => {};
  let begun = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const doRefresh = (old: unknown, signal: AbortSignal) => {
    asked.push({ old, signal });
    begun();
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  return { doRefresh, asked, begins, answer: (value: unknown) => answer(value) };
}

describe('refresh', () => {
  it('refresh asks for no fresh or absent credential, and leaves nothing beside the file', async () => {
    const { file, store } = await newStore();
    const fail = () => expect.fail('nobody should be asked');
    expect(await store.refresh('n', () => true, fail)).toBe(1);
    expect(await store.refresh('absent', stale, fail)).toBeUndefined();
    expect(readdirSync(path.dirname(file))).not.toContain('auth.json.refresh');
  });

  it('the files of a refresh are private, and their names say nothing of the credential', async () => {
    const { file, store } = await newStore();
    const names = await store.refresh('n', stale, () => {
      const names = readdirSync(`${file}.refresh`);
      const modes = [modeOf(`${file}.refresh`), ...names.map((name) => modeOf(`${file}.refresh/${name}`))];
      return { names, modes };
    });
    expect(names).toEqual({
      names: [expect.stringMatching(/^[0-9a-f]{16}-[0-9a-f]{24}-0$/)],
      modes: ['700', '600'],
    });
  });

  it('concurrent calls in one process ask once, and each gets a result of its own', async () => {
    const { store } = await newStore();
    const provider = newProvider();
    const calls = Array.from({ length: 3 }, () => store.refresh('n', isNew, provider.doRefresh));
    await provider.begins;
    provider.answer({ token: 2 });
    const results = await Promise.all(calls);
    expect(results).toEqual([{ token: 2 }, { token: 2 }, { token: 2 }]);
    expect(results[0]).not.toBe(results[1]);
    expect(provider.asked).toHaveLength(1);
  });

  it('concurrent refreshes of different keys are independent', async () => {
    const { store } = await newStore();
    await store.set('m', 1);
    const [n, m] = await Promise.all(['n', 'm'].map((key) => store.refresh(key, isNew, () => `new ${key}`)));
    expect([n, m]).toEqual(['new n', 'new m']);
  });

  it('a change of layout during a refresh does not make it another credential', async () => {
    const { file, store } = await newStore();
    await store.set('n', { token: 1 });
    const value = await store.refresh('n', stale, () => {
      writeFileSync(file, '{ "n" : { "token":1 } }');
      return { token: 2 };
    });
    expect(value).toEqual({ token: 2 });
    expect(await store.get('n')).toEqual({ token: 2 });
  });

  it('refresh does not ask if another process has refreshed between its read and its claim', async () => {
    const { file, store } = await newStore();
    let [looks, asked] = [0, 0];
    const isFresh = (value: unknown) => {
      if (++looks === 2) writeFileSync(file, '{"n":5}');
      return isNew(value);
    };
    expect(await store.refresh('n', isFresh, () => ++asked)).toBe(5);
    expect(asked).toBe(0);
    expect(looks).toBeGreaterThan(2);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['what JSON can not hold', () => 1n],
  ])('a refresh that returns %s fails, and wipes nothing', async (_, doRefresh) => {
    const { store } = await newStore();
    const error = await failureOf(store.refresh('n', stale, doRefresh));
    expect(error).toMatchObject({ code: 'E_REFRESH', definite: true, cause: { code: 'E_INPUT' } });
    expect(await store.get('n')).toBe(1);
  });

  it("refresh fails with the caller's own error if isFresh throws, and asks no provider", async () => {
    const { store } = await newStore();
    const mine = new Error('mine');
    const isFresh = () => {
      throw mine;
    };
    await expect(store.refresh('n', isFresh, () => 2)).rejects.toBe(mine);
  });
});

/** A refresh whose one caller has aborted after the provider was asked. */
async function onlyCallerLeft() {
  const { store } = await newStore();
  const provider = newProvider();
  const controller = new AbortController();
  const leaver = failureOf(store.refresh('n', isNew, provider.doRefresh, { signal: controller.signal }));
  await provider.begins;
  controller.abort();
  expect(await leaver).toMatchObject({ code: 'E_ABORTED', definite: false });
  return { store, provider };
}

describe('a caller that leaves', () => {
  it('a caller that leaves does not end the refresh of the others', async () => {
    const { store } = await newStore();
    const provider = newProvider();
    const controller = new AbortController();
    const leaver = failureOf(store.refresh('n', isNew, provider.doRefresh, { signal: controller.signal }));
    const other = store.refresh('n', isNew, provider.doRefresh);
    await provider.begins;
    const late = failureOf(store.refresh('n', isNew, provider.doRefresh, { deadlineMs: 50 }));
    controller.abort();
    expect(await leaver).toMatchObject({ code: 'E_ABORTED', definite: false });
    expect(await late).toMatchObject({ code: 'E_TIMEOUT', definite: false });
    expect(provider.asked[0]?.signal.aborted).toBe(false);
    provider.answer(2);
    expect(await other).toBe(2);
  });

  it('the last caller that leaves aborts the refresh, and a later call waits for its answer', async () => {
    const { store, provider } = await onlyCallerLeft();
    expect(provider.asked[0]?.signal.aborted).toBe(true);
    const later = store.refresh('n', isNew, () => expect.fail('it has been asked for already'));
    provider.answer(2);
    expect(await later).toBe(2);
  });

  it('the next caller may try where the refresh ended by the abort of the last one', async () => {
    const { store, provider } = await onlyCallerLeft();
    const next = store.refresh('n', isNew, () => 2);
    provider.answer(Promise.reject(provider.asked[0]?.signal.reason));
    expect(await next).toBe(2);
  });
});

it('an answer that could not be stored is remembered, and not asked for again', async () => {
  const { file } = await newStore();
  const store = openStore(file, { leaseMs: 3_600_000, deadlineMs: 100 });
  let intent = '';
  const stuck = store.refresh('n', isNew, async () => {
    intent = await obstruct(file);
    return 2;
  });
  expect(await failureOf(stuck)).toMatchObject({ code: 'E_TIMEOUT', definite: false, answer: 2 });
  rmSync(intent, { recursive: true });
  expect(await store.refresh('n', isNew, () => expect.fail('the token is spent'))).toBe(2);
});

it('close waits for a refresh that has begun, and stores its answer', async () => {
  const { file, store } = await newStore();
  const provider = newProvider();
  const begun = store.refresh('n', isNew, provider.doRefresh);
  const closed = store.close();
  await provider.begins;
  provider.answer(2);
  await closed;
  expect(JSON.parse(textOf(file))).toEqual({ n: 2 });
  expect(await begun).toBe(2);
});

describe('claims that were left behind', () => {
  it('a claim of a process that can’t be proved dead is passed after the lease', async () => {
    const { file, store } = await newStore();
    await failureOf(store.refresh('n', stale, () => expect.fail('mine')));
    const [name = ''] = readdirSync(`${file}.refresh`);
    writeFileSync(path.join(`${file}.refresh`, name), '');
    expect(await openStore(file).refresh('n', isNew, () => 2, { leaseMs: 100 })).toBe(2);
  });

  it('the next refresh removes claims on other versions, and leaves foreign files', async () => {
    const { file, store } = await newStore();
    await failureOf(store.refresh('n', stale, () => expect.fail('mine')));
    await store.set('n', 1.5);
    await failureOf(store.refresh('n', stale, () => expect.fail('mine')));
    expect(readdirSync(`${file}.refresh`)).toHaveLength(2);
    writeFileSync(`${file}.refresh/notes.txt`, '');
    expect(await store.refresh('n', stale, () => 3)).toBe(3);
    expect(readdirSync(`${file}.refresh`)).toEqual(['notes.txt']);
  });
});
