import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { project } from '../documents/snippets.test.helper.js';
import { lacksEtcd, type SharedCluster, sharedCluster } from '../etcd/cluster.test.helper.js';
import { openStore, openTokens } from '../index.js';
import { long } from '../tiers.test.helper.js';
import { eventually } from '../waiting.test.helper.js';
import { command, newDirectory } from './command.test.helper.js';
import { type Answer, runBeside, runWarm } from './warm-command.test.helper.js';
import '../etcd/index.js';

const secret = 'CANARY-key-1234567890-wxyz';

function newUser(address: string) {
  const home = newDirectory();
  const env = { XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, NO_COLOR: '1', HOLDFAST_STORE: address };
  const run = (args: string[], { input = '', more = {} } = {}) =>
    runWarm({ command, args, cwd: home, env: { ...env, ...more }, input });
  const beside = (...args: string[]) => runBeside({ command, args, cwd: home, env, input: '' });
  return { home, env, run, beside };
}

// It asks until its own deadlines, for all that it asks: the other tests go on meanwhile.
let lost: Promise<Answer>;
beforeAll(() => {
  lost = newUser('').beside('auth', 'doctor', '--store', 'etcd://127.0.0.1:1/x');
});

describe('the place that a command works on', () => {
  it('a command on a file alone refuses HOLDFAST_STORE, and an option wins over it', async () => {
    const { home, run } = newUser('etcd://127.0.0.1:1/x');
    const refused = await run(['auth', 'forget', 'anthropic']);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('HOLDFAST_STORE')]);
    const file = path.join(home, 'mine.json');
    expect((await run(['auth', 'set', 'a', '--file', file], { input: secret })).exitCode).toBe(0);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')))).toEqual(['a']);
    const both = await run(['auth', 'list', '--file', file, '--store', 'etcd://127.0.0.1:1/x']);
    expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining('exclude each other')]);
  });

  it('no part of an address that may be a password is repeated', async () => {
    const { run } = newUser('');
    for (const address of [`etcd://me:${secret}@127.0.0.1:1/x`, secret]) {
      const answer = await run(['auth', 'list', '--store', address]);
      expect(answer.exitCode).toBe(2);
      expect(`${answer.stdout}${answer.stderr}`).not.toContain(secret);
    }
  });

  it('a key is made in a private file, named, and never printed', async () => {
    const { home, run } = newUser('');
    const file = path.join(home, 'keys');
    const answers = [
      await run(['key', 'create', '--file', file]),
      await run(['key', 'create', '--file', file, '--id', 'next']),
      await run(['key', 'list', '--file', file]),
    ];
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(answers[2]?.stdout).toBe('k1  seals\nnext');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    const secrets = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1] ?? expect.fail());
    const said = answers.map(({ stdout, stderr }) => stdout + stderr).join();
    for (const one of secrets) expect(said).not.toContain(one);
    expect((await run(['key', 'create', '--file', file, '--id', 'k1'])).exitCode).toBe(2);
  });
});

describe.skipIf(lacksEtcd())('a store on etcd', () => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });

  it('commands set, get and remove credentials, and make, list and delete tokens', async () => {
    const address = cluster.address();
    const { run } = newUser(address);
    expect((await run(['auth', 'set', 'anthropic'], { input: secret })).exitCode).toBe(0);
    expect((await run(['auth', 'get', 'anthropic', '--field', 'key'])).stdout).toBe(secret);
    const made = await run(['auth', 'token', 'create', '--quiet']);
    await using tokens = openTokens(address);
    const info = (await tokens.check(made.stdout)) ?? expect.fail();
    const listed = JSON.parse((await run(['auth', 'token', 'list', '--json'])).stdout);
    expect(listed).toEqual([expect.objectContaining({ id: info.id, lastUsedAt: null })]);
    expect((await run(['auth', 'token', 'delete', info.id])).exitCode).toBe(0);
    expect(tokens.isLive(info.id)).toBe(false);
    expect((await run(['auth', 'remove', 'anthropic'])).exitCode).toBe(0);
    const doctor = await run(['auth', 'doctor', '--json']);
    expect([doctor.exitCode, JSON.parse(doctor.stdout).result]).toEqual([0, 'warn']);
  });

  it('copy takes entries from a file to an empty store, and more only where it is told what wins', async () => {
    const address = cluster.address();
    const { home, run } = newUser('');
    const file = path.join(home, 'from.json');
    writeFileSync(file, JSON.stringify({ a: { type: 'api', key: secret }, b: [1, { c: null }] }), {
      mode: 0o600,
    });
    const copy = (...more: string[]) => run(['copy', '--from', file, '--to', address, ...more]);
    await using store = openStore(address);
    expect((await copy('--dry-run')).exitCode).toBe(0);
    expect(await store.all()).toEqual({});
    expect((await copy('--only', 'b')).exitCode).toBe(0);
    expect(await store.all()).toEqual({ b: [1, { c: null }] });
    expect((await copy()).exitCode).toBe(2);
    await store.set('b', 'mine');
    expect((await copy('--merge')).exitCode).toBe(0);
    expect(await store.all()).toEqual({ b: 'mine', a: { type: 'api', key: secret } });
    const replaced = await copy('--replace');
    expect(await store.get('b')).toEqual([1, { c: null }]);
    expect(replaced.stdout + replaced.stderr).not.toContain(secret);
  });

  it('the values of a store are sealed anew by the first key, those of tokens too', async () => {
    const address = cluster.address();
    const { home, run } = newUser(address);
    const keys = path.join(home, 'keys');
    const more = { HOLDFAST_KEYS_FILE: keys };
    await run(['key', 'create', '--file', keys]);
    await run(['auth', 'set', 'anthropic'], { input: secret, more });
    await run(['auth', 'token', 'create', '--quiet'], { more });
    await run(['key', 'create', '--file', keys]);
    writeFileSync(keys, readFileSync(keys, 'utf8').trim().split('\n').reverse().join('\n'));
    expect((await run(['key', 'reseal'], { more })).stderr).toContain('sealed 2 values');
    expect((await run(['key', 'reseal'], { more })).stderr).toContain('all values');
    expect((await run(['auth', 'get', 'anthropic', '--field', 'key'], { more })).stdout).toBe(secret);
  });

  it('serve lets in by a token of the engine, and says that it is not ready while it drains', async () => {
    const address = cluster.address();
    const { home, env } = newUser(address);
    await using tokens = openTokens(address);
    const { token, info } = await tokens.create();
    const child = spawn(process.execPath, [command, 'serve', '--port', '0', '--drain', '10m'], {
      cwd: home,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    const url = /http:\/\/\S+/.exec(String(line))?.[0] ?? expect.fail();
    const statusOf = async (place: string) =>
      (await fetch(url + place, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await statusOf('/ready')).toBe(200);
    expect(await statusOf('/auth')).toBe(200);
    await tokens.delete(info.id);
    expect(await statusOf('/auth')).toBe(401);
    child.kill('SIGTERM');
    await eventually(async () => expect(await statusOf('/ready')).toBe(503));
    expect(await statusOf('/health')).toBe(200);
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(0);
  });
});

it('the doctor says that an engine does not answer', async () => {
  const { exitCode, stdout } = await lost;
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('does not answer')]);
});

it.skipIf(lacksEtcd())('the demonstration of docs/etcd-demo.sh shows what it says', long, async () => {
  const { exitCode, all } = await execa(path.join(project, 'docs', 'etcd-demo.sh'), {
    all: true,
    reject: false,
    cwd: newDirectory(),
    env: { HOLDFAST: `${process.execPath} ${command}`, BASE_PORT: String(20_000 + (process.pid % 4000)) },
  });
  expect(all).toContain('all three say 401');
  expect(exitCode).toBe(0);
});
