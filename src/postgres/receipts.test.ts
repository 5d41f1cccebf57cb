import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, type Store } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { postgres } from './index.js';
import { Line } from './line.js';
import { type Fate, lossy } from './lossy.test.helper.js';
import { type PostgresOptions, settingsOf } from './options.js';
import { beginSession, commit, endSession } from './schema.js';
import {
  lacksPostgres,
  newServer,
  type Server,
  type SharedServer,
  sharedServer,
} from './server.test.helper.js';

/** A promise, and the function that resolves it. */
function gate(): { closed: Promise<void>; open: () => void } {
  let open = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

describe.skipIf(lacksPostgres())('a store on PostgreSQL', () => {
  let server: SharedServer;
  /** Killed by two tests, of which the second leaves it a standby. */
  let own: Server;
  beforeAll(async () => {
    [server, own] = await Promise.all([sharedServer(), newServer()]);
  });

  /** A store whose commits have such fates from the second on, and one without. */
  async function newStores(...fates: Fate[]) {
    const options = server.options();
    const { engine, line } = lossy(options);
    const store = openStore(engine);
    const other = openStore(postgres(options));
    onTestFinished(async () => {
      await Promise.all([store.close(), other.close()]);
    });
    await store.set('begin', true);
    line.fates.push(...fates);
    return { store, other, line };
  }

  const add = (store: Store) => store.update('n', (old) => Number(old ?? 0) + 1);

  async function rowsOf({ hosts, database, prefix, user }: PostgresOptions): Promise<string> {
    const line = new Line(settingsOf({ hosts, database, prefix, ...(user ? { user } : {}) }));
    onTestFinished(() => line.close());
    const text = 'select json_agg(e)::text as rows from holdfast.entries e where store = $1';
    return String((await line.ask(text, [prefix], performance.now() + 10_000)).row?.rows);
  }

  it('does an update once, though its answer is lost', async () => {
    const { store, other } = await newStores('lose', 'lose');
    expect([await add(store), await add(store)]).toEqual([1, 2]);
    expect(await other.get('n')).toBe(2);
  });

  it('changes nothing by a request that arrives after its retry was acknowledged', async () => {
    const { closed, open } = gate();
    const { store, other, line } = await newStores(closed);
    await store.set('a', 1);
    await other.set('a', 2);
    open();
    await Promise.all(line.late);
    expect(await other.get('a')).toBe(2);
  });

  it('takes back what is out of time: the error is definite, and the late request changes nothing', async () => {
    const { closed, open } = gate();
    const { store, other, line } = await newStores({ outOfTimeUntil: closed });
    const error = await failureOf(() => store.set('a', 1, { deadlineMs: 300 }));
    expect([error.code, error.definite]).toEqual(['E_TIMEOUT', true]);
    open();
    await Promise.all(line.late);
    expect(await other.all()).toEqual({ begin: true });
    await store.set('a', 2);
    expect(await other.get('a')).toBe(2);
  });

  it('acknowledges what is out of time, and was done all the same', async () => {
    const { store, other } = await newStores('done, and out of time');
    await store.set('a', 1);
    expect(await other.get('a')).toBe(1);
    await store.set('a', 2);
    expect(await other.get('a')).toBe(2);
  });

  it('keeps what two stores write at once, and the order in which entries came', async () => {
    const { store, other } = await newStores();
    const keys = ['z', '\u0000nul', 'a/b', 'ä "quoted"', 'y'];
    for (const key of keys) await store.set(key, { key });
    await Promise.all([
      ...Array.from({ length: 5 }, () => add(store)),
      ...Array.from({ length: 5 }, () => add(other)),
    ]);
    expect(Object.keys(await other.all())).toEqual(['begin', ...keys, 'n']);
    expect(await store.get('n')).toBe(10);
  });

  it('stores nothing in plain text where there are keys, and opens nothing that was moved', async () => {
    const options = { ...server.options(), keys: [{ id: 'k1', secret: new Uint8Array(32).fill(7) }] };
    await using store = openStore(postgres(options));
    await store.set('a', 'CANARY');
    await store.set('b', 'other');
    expect(await rowsOf(options)).not.toContain('CANARY');
    expect(await store.get('a')).toBe('CANARY');
    const line = new Line(settingsOf(options));
    onTestFinished(() => line.close());
    const moves =
      'update holdfast.entries set value = (select value from holdfast.entries where store = $1 and name = $2) where store = $1 and name = $3';
    await line.ask(moves, [options.prefix, 'a', 'b'], performance.now() + 10_000);
    await using fresh = openStore(postgres(options));
    const error = await failureOf(() => fresh.all());
    expect([error.code, String(error)]).toEqual(['E_CORRUPT', expect.not.stringContaining('CANARY')]);
  });

  it('has what was acknowledged after the server was killed, is not available meanwhile, and goes on by itself', async () => {
    const options = own.options();
    await using store = openStore(postgres(options));
    const seen: unknown[] = [];
    await new Promise<void>((onBegin) => {
      onTestFinished(store.watch((change) => void seen.push(change), { onBegin }));
    });
    await store.set('a', 1);
    own.signal('SIGKILL');
    const error = await failureOf(() => store.get('a', { deadlineMs: 300 }));
    expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
    const failed = await failureOf(() => store.set('b', 1, { deadlineMs: 300 }));
    expect(['E_UNAVAILABLE', 'E_TIMEOUT', 'E_UNKNOWN']).toContain(failed.code);
    await own.start();
    await store.set('c', 2);
    expect(await store.all()).toMatchObject({ a: 1, c: 2 });
    await eventually(() => expect(JSON.stringify(seen)).toContain('"c"'));
  });

  it('reads nothing from a standby, which may lag', async () => {
    const options = own.options();
    await using store = openStore(postgres(options));
    await store.set('a', 1);
    own.signal('SIGKILL');
    own.startAsStandby();
    await eventually(async () => {
      const error = await failureOf(() => store.get('a', { deadlineMs: 300 }));
      expect([error.code, error.message]).toEqual([
        'E_UNAVAILABLE',
        expect.stringContaining('it is a standby'),
      ]);
    });
  });

  it('does nothing by what arrives after its session has ended, its begin too', async () => {
    const line = new Line(settingsOf(server.options()));
    onTestFinished(() => line.close());
    const { prefix } = server.options();
    const ask = (text: string, ...parameters: string[]) =>
      line.ask(text, parameters, performance.now() + 10_000);
    const begin = () => ask(beginSession, 'late', '0');
    const set = () => ask(commit, prefix, 'late', '0', '1', '', '[]', '[["a","1"]]');
    await begin();
    expect((await set()).row?.said).toBe('done');
    await ask(endSession, 'late');
    await begin();
    expect((await set()).row?.said).toBe('ended');
  });

  it('waits for the disk where others need not, also where it takes back', async () => {
    const line = new Line(settingsOf(server.options()));
    onTestFinished(() => line.close());
    const ask = (text: string, ...parameters: string[]) =>
      line.ask(text, parameters, performance.now() + 10_000);
    await ask(beginSession, 'asynchronous', '0');
    for (const call of [
      "holdfast.commit_3('t', 'asynchronous', '0', '1', null, '[]', '[]')",
      "holdfast.settle_2('asynchronous', '1', '-2')",
    ]) {
      // What the transaction ends with is what it goes by.
      const text = `select set_config('synchronous_commit', 'off', true), ${call}, current_setting('synchronous_commit') as said`;
      expect((await ask(text)).row?.said).toBe('on');
    }
  });
});
