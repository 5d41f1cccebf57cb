import { truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchToken } from '../store/refresh/fetch-token.test.helper.js';
import { newProvider } from '../store/refresh/oauth-server.test.helper.js';
import { allTextOf, failureOf, newFile, textOf } from '../store/scratch.test.helper.js';
import { openStore } from '../store/store.js';
import type { Changes } from '../store/watch.js';
import { eventually } from '../waiting.test.helper.js';
import { createAuth } from './auth.js';

const oauth = (access: string, expires: number) => ({
  type: 'oauth' as const,
  refresh: 'r',
  access,
  expires,
});
const api = (key: string) => ({ type: 'api' as const, key });

describe('refresh', () => {
  const now = 1_000_000;
  const newAuth = (file = newFile()) => createAuth({ file, now: () => now });
  const fail = () => expect.fail('nobody should be asked');

  it('refresh spends the refresh token of an expired credential once, however many calls wait for it', async () => {
    const provider = await newProvider();
    const auth = createAuth({ file: newFile() });
    await auth.set('p', provider.expired());
    const doRefresh = async (old: { refresh: string }) =>
      (await fetchToken(provider.url, old.refresh)) as ReturnType<typeof oauth>;
    const calls = Array.from({ length: 4 }, () => auth.refresh('p', doRefresh));
    for (const info of await Promise.all(calls)) expect(info).toEqual(provider.current());
    expect(await auth.get('p')).toEqual(provider.current());
    expect(provider.requests).toHaveLength(1);
  });

  it.each([
    ['has expired', oauth('a', now - 1), {}],
    ['expires now', oauth('a', now), { skewMs: 0 }],
    ['is about to expire', oauth('a', now + 29_000), {}],
    ['expires within what the caller says', oauth('a', now + 99), { skewMs: 100 }],
    ['has no access token yet', oauth('', now + 1e9), {}],
  ])('refresh replaces a credential that %s', async (_, info, options) => {
    const auth = newAuth();
    await auth.set('p', info);
    const fresh = oauth('fresh', now + 1e9);
    expect(await auth.refresh('p', () => fresh, options)).toEqual(fresh);
    expect(await auth.get('p')).toEqual(fresh);
  });

  it.each([
    ['lives on', oauth('a', now + 31_000), {}],
    ['lives longer than the caller says', oauth('a', now + 101), { skewMs: 100 }],
    ['never expires', oauth('', 0), {}],
    ['is no OAuth credential', api('k'), {}],
  ])('refresh keeps a credential that %s', async (_, info, options) => {
    const auth = newAuth();
    await auth.set('p', info);
    expect(await auth.refresh('p', fail, options)).toEqual(info);
  });

  it('refresh finds a credential as get does, and replaces it in its place', async () => {
    const file = newFile();
    writeFileSync(file, JSON.stringify({ 'https://x/': oauth('a', 1), 'https://y': api('y') }));
    const fresh = oauth('fresh', now + 1e9);
    expect(await newAuth(file).refresh('https://x//', () => fresh)).toEqual(fresh);
    expect(Object.entries(JSON.parse(textOf(file)))).toEqual([
      ['https://x/', fresh],
      ['https://y', api('y')],
    ]);
  });

  it('refresh of what is absent or no credential returns undefined', async () => {
    const file = newFile();
    writeFileSync(file, '{"junk":{"type":"oauth"}}');
    for (const key of ['junk', 'absent', '', 'toString']) {
      expect(await newAuth(file).refresh(key, fail)).toBeUndefined();
    }
  });

  it('refresh refuses an answer that is no credential, keeps the old one, and quotes nothing', async () => {
    const auth = newAuth();
    await auth.set('p', oauth('a', 1));
    const wrong = { type: 'oauth', access: 'CANARY', refresh: 'CANARY', expires: 'CANARY' };
    const error = await failureOf(auth.refresh('p', () => wrong as never));
    expect(error).toMatchObject({ code: 'E_REFRESH', cause: { code: 'E_INPUT' } });
    expect(allTextOf(error)).not.toContain('CANARY');
    expect(await auth.get('p')).toEqual(oauth('a', 1));
  });

  it('refresh works on the file, whatever OPENCODE_AUTH_CONTENT holds', async () => {
    const file = newFile();
    writeFileSync(file, JSON.stringify({ p: oauth('a', 1) }));
    const env = { OPENCODE_AUTH_CONTENT: JSON.stringify({ p: oauth('snapshot', 1) }) };
    const auth = createAuth({ file, env, now: () => now });
    const fresh = await auth.refresh('p', (old) => oauth(`${old.access}2`, 0));
    expect(fresh).toEqual(oauth('a2', 0));
  });
});

describe('set and remove', () => {
  const calls = [
    ['set', (auth: ReturnType<typeof createAuth>) => auth.set('p/', api('k'))],
    ['remove', (auth: ReturnType<typeof createAuth>) => auth.remove('p/')],
  ] as const;

  it.each(calls)('%s passes its change as data, which another process may commit', async (_, call) => {
    const store = openStore(newFile());
    const transaction = vi.spyOn(store, 'transaction');
    await call(createAuth({ store }));
    expect(transaction).toHaveBeenCalledExactlyOnceWith(expect.any(Array), undefined);
  });

  it.each(calls)('%s recovers a damaged file first', async (_, call) => {
    const file = newFile();
    const auth = createAuth({ file });
    await auth.set('other', api('kept'));
    truncateSync(file, 7);
    await call(auth);
    expect(await auth.get('other')).toEqual(api('kept'));
  });
});

it('every call takes a signal', async () => {
  const auth = createAuth({ file: newFile() });
  const options = { signal: AbortSignal.abort() };
  const calls = [
    () => auth.get('p', options),
    () => auth.all(options),
    () => auth.set('p', api('k'), options),
    () => auth.remove('p', options),
    () => auth.refresh('p', () => oauth('a', 0), options),
  ];
  for (const call of calls) {
    expect(await failureOf(call)).toMatchObject({ code: 'E_ABORTED', definite: true });
  }
});

it('watch reports the keys as they stand in the file', async () => {
  const file = newFile();
  const auth = createAuth({ file });
  const told: Changes[] = [];
  onTestFinished(auth.watch((changes) => told.push(changes)));
  writeFileSync(file, JSON.stringify({ 'https://x/': api('k') }));
  await eventually(() => expect(told).toEqual([{ changed: ['https://x/'], removed: [] }]));
});

it('`await using` closes the store', async () => {
  const file = newFile();
  const opened = createAuth({ file });
  {
    await using auth = opened;
    void auth.set('a', api('k'));
  }
  expect(JSON.parse(textOf(file))).toEqual({ a: api('k') });
  expect(await failureOf(opened.all())).toMatchObject({ code: 'E_CLOSED' });
  expect(() => opened.watch(() => {})).toThrow(expect.objectContaining({ code: 'E_CLOSED' }));
});
