import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allTextOf, failureOf, newFile, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';

describe("values that JSON can't keep", () => {
  const cycle: Record<string, unknown> = { secret: 'CANARY' };
  cycle.self = cycle;
  const fail = () => {
    throw new Error('CANARY');
  };
  // Made anew for each test: a rejected promise must not be left to itself.
  const refused: [string, () => unknown][] = [
    ['undefined', () => undefined],
    ['a function', () => () => 'CANARY'],
    ['a symbol', () => Symbol('CANARY')],
    ['a bigint', () => 1n],
    ['a cycle', () => cycle],
    ['a promise', () => Promise.resolve('CANARY')],
    ['a promise that fails', () => Promise.reject(new Error('CANARY'))],
    ['an object whose toJSON throws', () => ({ toJSON: fail })],
  ];

  it.each(refused)('set refuses %s and writes nothing', async (_, value) => {
    const file = newFile();
    const error = await failureOf(openStore(file).set('a', value()));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(allTextOf(error)).not.toContain('CANARY');
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it.each(refused.slice(1))(
    'an update whose result is %s is refused, and the old value stays',
    async (_, value) => {
      const store = openStore(newFile());
      await store.set('a', 1);
      const error = await failureOf(store.update('a', value));
      expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
      expect(await store.get('a')).toBe(1);
    },
  );

  it('a key that is not a string is refused', async () => {
    const store = openStore(newFile());
    await store.set('a', 1);
    const error = await failureOf(store.set(undefined as unknown as string, 1));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(await store.all()).toEqual({ a: 1 });
  });

  it('an asynchronous transaction is refused, even one that fails later', async () => {
    const store = openStore(newFile());
    const change = store.transaction(async (entries) => {
      entries.set('a', 1);
      throw new Error('late');
    });
    expect(await failureOf(change)).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(await store.all()).toEqual({});
  });
});

it('set stores the value as it was when it was called', async () => {
  const store = openStore(newFile());
  const value = { key: 'then' };
  const done = store.set('a', value);
  value.key = 'later';
  await done;
  expect(await store.get('a')).toEqual({ key: 'then' });
});

it('the store writes the same text as JSON.stringify(value, null, 2)', async () => {
  const file = newFile();
  const store = openStore(file);
  await store.set('a', { type: 'api', metadata: { x: '\u2028', empty: {} }, list: [1, []] });
  await store.set('b', 'text');
  expect(textOf(file)).toBe(JSON.stringify(await store.all(), null, 2));
});
