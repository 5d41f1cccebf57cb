import path from 'node:path';
import { beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { failureOf, Lab } from '../conformance/case.js';
import { openTokens, type TokensOptions } from '../index.js';
import { eventually, passTime } from '../waiting.test.helper.js';
import { postgres } from './index.js';
import { Line } from './line.js';
import { type PostgresOptions, settingsOf } from './options.js';
import { Registrations } from './registrations.js';
import { register, sayKnown, strikeVerifier } from './schema.js';
import { lacksPostgres, newServer, type SharedServer, sharedServer } from './server.test.helper.js';

/** Verifiers that are stopped are processes of their own. */
const program = path.join(inject('installation'), 'dist', 'src', 'conformance', 'programs.js');
const soon = () => performance.now() + 60_000;

/** Answers `unavailable` where nobody can be let in, and never that a token is unknown then. */
async function ask(tokens: ReturnType<typeof openTokens>, token: string): Promise<string> {
  return Promise.resolve()
    .then(() => tokens.check(token))
    .then(
      (info) => info?.id ?? 'refused',
      (error) => error.code,
    );
}

function open(options: PostgresOptions, more?: TokensOptions) {
  const tokens = openTokens(postgres(options), more);
  onTestFinished(() => tokens.close());
  return tokens;
}

describe.skipIf(lacksPostgres())('tokens on PostgreSQL', () => {
  let server: SharedServer;
  beforeAll(async () => {
    server = await sharedServer();
  });

  const newLine = () => {
    const line = new Line(settingsOf(server.options()));
    onTestFinished(() => line.close());
    return line;
  };
  const read = async (text: string, ...parameters: string[]) =>
    (await newLine().ask(text, parameters, soon())).row?.said;
  /** Who is registered, of a store. */
  const verifiersOf = ({ prefix }: PostgresOptions) =>
    read('select count(*)::int as said from holdfast.verifiers where store = $1', `${prefix}/t`);

  it('a token that is deleted or rotated on one host is refused on the others as soon as that has returned, from memory', async () => {
    const options = server.options();
    const [maker, ...others] = [open(options), open(options), open(options)];
    for (let n = 0; n < 10; n++) {
      const { token, info } = await maker.create();
      for (const other of others) {
        expect(await ask(other, token)).toBe(info.id);
        // At once, without a question.
        expect(other.verify(token)?.id).toBe(info.id);
      }
      if (n % 2 === 0) await maker.delete(info.id);
      else await maker.rotate(info.id, { graceMs: 0 });
      for (const other of others) {
        expect(other.isLive(info.id)).toBe(false);
        expect(await ask(other, token)).toBe('refused');
        expect(other.verify(token)).toBeUndefined();
      }
    }
  });

  it('a deletion waits for a silent host as long as that may believe what it knows, and strikes it off', async () => {
    vi.stubEnv('HOLDFAST_STORE_USER', 'holdfast');
    onTestFinished(() => void vi.unstubAllEnvs());
    const options = server.options();
    const lab = new Lab(program, undefined, `postgres://${server.host}/postgres/${options.prefix}`);
    onTestFinished(() => lab.close());
    const tokens = open(options);
    const other = lab.start('verifyTokens');
    expect(await other.line()).toBe('ready');
    const { token, info } = await tokens.create();
    other.tell(token);
    expect(await other.line()).toBe(info.id);
    expect(await verifiersOf(options)).toBe(1);
    other.signal('SIGSTOP');
    await tokens.delete(info.id);
    await eventually(async () => expect(await verifiersOf(options)).toBe(0));
    other.signal('SIGCONT');
    other.tell(token);
    expect(await other.line()).toBe('refused');
    const next = await tokens.create();
    other.tell(next.token);
    expect(await other.line()).toBe(next.info.id);
    expect(await verifiersOf(options)).toBe(1);
  });

  it('a host whose confirmation is over lets nobody in until it has asked, and one that closes leaves nothing behind', async () => {
    const options = server.options();
    const tokens = open(options);
    const { token, info } = await tokens.create();
    expect(await ask(tokens, token)).toBe(info.id);
    passTime(3000);
    expect(() => tokens.verify(token)).toThrow(/no majority|has not confirmed/);
    expect(await ask(tokens, token)).toBe(info.id);
    expect(await verifiersOf(options)).toBe(1);
    await tokens.close();
    expect(await verifiersOf(options)).toBe(0);
  });

  it('nobody is let in while the server is away, and the error says so; then all goes on', async () => {
    const own = await newServer();
    const options = { ...own.options(), attemptMs: 300 };
    const tokens = open(options);
    const { token, info } = await tokens.create();
    expect(await ask(tokens, token)).toBe(info.id);
    own.signal('SIGKILL');
    passTime(3000);
    expect(await ask(tokens, token)).toBe('E_UNAVAILABLE');
    await own.start();
    await eventually(async () => expect(await ask(tokens, token)).toBe(info.id));
    await tokens.delete(info.id);
    expect(await ask(tokens, token)).toBe('refused');
  });

  it('a word whose answer was lost counts once, one of a host that was struck off not at all, and a late strike hits no newer word', async () => {
    const { prefix } = server.options();
    const line = newLine();
    const registrations = new Registrations(line, { prefix });
    const { id } = await registrations.begin(soon());
    const seen = { id, known: 0, changed: '0' };
    const word = await registrations.say(seen, 5, soon());
    expect(await registrations.say(seen, 5, soon())).toEqual(word);
    expect(await registrations.say(seen, 4, soon())).toBeUndefined();
    const known = () => read('select known::int as said from holdfast.verifiers where store = $1', prefix);
    expect(await known()).toBe(5);
    await line.ask(strikeVerifier, [prefix, id, '0'], soon());
    expect(await known()).toBe(5);
    await registrations.end({ id, changed: '5' });
    expect(await registrations.say({ ...seen, changed: '5' }, 6, soon())).toBeUndefined();
    expect(await known()).toBeUndefined();
  });

  it('what a verifier says is synced where others need not be', async () => {
    const { prefix } = server.options();
    const line = newLine();
    const calls = [register.replace('$1', `'${prefix}'`).replace('$2', "'v'")];
    calls.push(
      sayKnown.replace('$1', `'${prefix}'`).replace('$2', "'v'").replace('$3', "'0'").replace('$4', "'1'"),
    );
    for (const call of calls) {
      const text = `select set_config('synchronous_commit', 'off', true), (${call}), current_setting('synchronous_commit') as said`;
      expect((await line.ask(text, [], soon())).row?.said).toBe('on');
    }
  });

  it('tokens are sealed by a key of their own, and lie apart from the credentials', async () => {
    const options = { ...server.options(), keys: [{ id: 'k1', secret: new Uint8Array(32).fill(7) }] };
    const tokens = open(options);
    const { token, info } = await tokens.create({ name: 'CANARY' });
    const rows = await read(
      'select json_agg(e)::text as said from holdfast.entries e where store = $1',
      `${options.prefix}/t`,
    );
    expect(String(rows)).toContain(info.id);
    expect(String(rows)).not.toContain('CANARY');
    // The same bytes in another store do not open.
    const other = server.options();
    const copy =
      'insert into holdfast.entries (store, name, value) select $2, name, value from holdfast.entries where store = $1';
    await newLine().ask(copy, [`${options.prefix}/t`, `${other.prefix}/t`], soon());
    const moved = open({ ...options, prefix: other.prefix });
    expect((await failureOf(() => moved.list())).code).toBe('E_CORRUPT');
    expect(await ask(moved, token)).toBe('E_CORRUPT');
  });

  it('last uses of several hosts are merged, damaged notes are reported, and a deleted token leaves none behind', async () => {
    const start = 1_800_000_000_000;
    const options = server.options();
    const hosts = Array.from({ length: 4 }, () => open(options, { now: () => start }));
    const made = await Promise.all(hosts.map((host) => host.create()));
    for (const [n, host] of hosts.entries()) await host.check(made[n]?.token ?? '');
    await Promise.all(hosts.map((host) => host.close()));
    const events: unknown[] = [];
    const tokens = open(options, { now: () => start, onEvent: (event) => events.push(event) });
    expect((await tokens.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual(made.map(() => start));
    for (const { info } of made) await tokens.delete(info.id);
    const name = `${options.prefix}/t/u`;
    expect(await read('select content as said from holdfast.notes where name = $1', name)).toBe('{}');
    await read("update holdfast.notes set content = 'no JSON' where name = $1", name);
    await tokens.create();
    expect((await tokens.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual(['unknown']);
    expect(events).toMatchObject([{ type: 'unreadable', reason: expect.stringContaining('not JSON') }]);
  });
});
