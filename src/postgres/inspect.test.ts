import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openStore, openTokens } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { postgres, reseal } from './index.js';
import { inspectPostgres } from './inspect.js';
import { Line } from './line.js';
import { type PostgresOptions, settingsOf } from './options.js';
import {
  lacksPostgres,
  newServer,
  type Server,
  type SharedServer,
  sharedServer,
} from './server.test.helper.js';

const newKey = (id: string) => ({ id, secret: new Uint8Array(32).fill(id.charCodeAt(0)) });
const [old, next] = [newKey('old'), newKey('next')];

/** One line for each finding. */
async function told(options: PostgresOptions): Promise<string[]> {
  const findings = await inspectPostgres(options);
  return findings.map(({ severity, subject, says }) => `${severity} ${subject}: ${says}`);
}

describe.skipIf(lacksPostgres())('what is found out about a store on PostgreSQL', () => {
  let server: SharedServer;
  /** Its roles and its settings are changed, and the last test that uses it kills it. */
  let own: Server;
  beforeAll(async () => {
    [server, own] = await Promise.all([sharedServer(), newServer(['-c', 'fsync=off'])]);
  });

  const run = async (on: SharedServer, ...statements: string[]) => {
    const line = new Line(settingsOf(on.options()));
    onTestFinished(() => line.close());
    for (const text of statements) await line.ask(text, [], performance.now() + 10_000);
  };

  it('counts what is stored, of tokens too, and says what does not open by these keys', async () => {
    const options = { ...server.options(), keys: [old] };
    await using store = openStore(postgres(options));
    await using tokens = openTokens(postgres(options));
    await store.set('a', 'CANARY');
    await tokens.check((await tokens.create()).token);
    const all = await told(options);
    expect(all).toContain('ok credentials: 1 entries');
    expect(all).toContain('ok tokens: 1 entries');
    expect(all.join()).toMatch(/ok verifiers: 1 processes/);
    expect(all.at(-1)).toMatch(/^ok sealing: this process has keys/);
    const blind = await told({ ...options, keys: [next] });
    expect(blind.join('\n')).toMatch(/^problem credentials: .*sealed by the key "old"/m);
    expect(blind.join('\n')).not.toContain('CANARY');
  });

  it('tells a user who lacks a right, and makes no schema', async () => {
    const line = new Line(settingsOf(own.options()));
    onTestFinished(() => line.close());
    await run(own, 'drop schema holdfast cascade', 'create role limited login');
    const options = { ...own.options(), user: { name: 'limited' } };
    expect((await told(options)).join('\n')).toMatch(/^problem user limited: may not make the schema/m);
    await using store = openStore(postgres(own.options()));
    await store.set('a', 1);
    const rights = [
      [undefined, 'problem user limited: may not use the schema holdfast'],
      ['grant usage on schema holdfast to limited', 'problem user limited: may not change its tables'],
      ['grant all on all tables in schema holdfast to limited', 'ok user limited: may do what a store needs'],
    ] as const;
    for (const [grant, finding] of rights) {
      if (grant) await run(own, grant);
      expect(await told(options)).toContain(finding);
    }
    await using limited = openStore(postgres(options));
    await limited.set('b', 2);
    expect(await limited.all()).toEqual({ b: 2 });
  });

  it('says what a commit waits for, and that a standby takes none', async () => {
    expect((await told(own.options())).join('\n')).toMatch(/^problem durability: fsync is off/m);
    own.signal('SIGKILL');
    own.startAsStandby();
    await eventually(async () => {
      const all = await told({ ...own.options(), hosts: [own.host, server.host] });
      expect(all[0]).toMatch(/^ok host .* a standby, answered/);
      expect(all.join('\n')).toMatch(/^warn durability: .*no commit waits for a standby/m);
    });
    expect((await told(own.options())).join('\n')).toMatch(/^problem primary: no host takes writes/m);
  });

  it('seals anew what the first key has not sealed, while other processes have the store in memory', async () => {
    const options = server.options();
    const both = { ...options, keys: [next, old] };
    await using store = openStore(postgres(both));
    await using before = openStore(postgres({ ...options, keys: [old] }));
    await before.transaction([
      ['n', 1],
      ['b', 'CANARY'],
    ]);
    expect(await store.get('n')).toBe(1);
    expect([await reseal(both), await reseal(both)]).toEqual([2, 0]);
    expect(await store.update('n', (old) => Number(old) + 1)).toBe(2);
    await using only = openStore(postgres({ ...options, keys: [next] }));
    expect(await only.all()).toEqual({ n: 2, b: 'CANARY' });
  });
});
