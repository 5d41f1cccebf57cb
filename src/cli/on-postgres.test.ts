import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTokens } from '../index.js';
import { postgres } from '../postgres/index.js';
import { lacksPostgres, newServer, type SharedServer, sharedServer } from '../postgres/server.test.helper.js';
import { long } from '../tiers.test.helper.js';
import { eventually } from '../waiting.test.helper.js';
import { command, newDirectory } from './command.test.helper.js';
import { runWarm } from './warm-command.test.helper.js';

const secret = 'CANARY-key-1234567890-wxyz';

describe.skipIf(lacksPostgres())('commands on PostgreSQL', () => {
  let server: SharedServer;
  beforeAll(async () => {
    server = await sharedServer();
  });

  function newUser(on = server) {
    const [home, options] = [newDirectory(), on.options()];
    const address = `postgres://${on.host}/postgres/${options.prefix}`;
    const env = {
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: home,
      NO_COLOR: '1',
      HOLDFAST_STORE: address,
      HOLDFAST_STORE_USER: options.user?.name,
    };
    const run = (args: string[], input = '') => runWarm({ command, args, cwd: home, env, input });
    return { home, address, options, env, run };
  }

  it('set, get, list and remove credentials, and copy those of a file', async () => {
    const { home, address, run } = newUser();
    expect((await run(['auth', 'set', 'anthropic'], secret)).exitCode).toBe(0);
    expect((await run(['auth', 'get', 'anthropic', '--field', 'key'])).stdout).toBe(secret);
    const file = path.join(home, 'from.json');
    writeFileSync(file, JSON.stringify({ github: { type: 'api', key: 'other' } }), { mode: 0o600 });
    expect((await run(['copy', '--from', file, '--to', address, '--merge'])).exitCode).toBe(0);
    expect((await run(['auth', 'remove', 'anthropic'])).exitCode).toBe(0);
    const listed = JSON.parse((await run(['auth', 'list', '--json'])).stdout);
    expect(listed).toMatchObject([{ provider: 'github' }]);
  });

  it('make, list and delete tokens', async () => {
    const { options, run } = newUser();
    const made = await run(['auth', 'token', 'create', '--quiet']);
    await using tokens = openTokens(postgres(options));
    const info = (await tokens.check(made.stdout)) ?? expect.fail();
    const listed = JSON.parse((await run(['auth', 'token', 'list', '--json'])).stdout);
    expect(listed).toEqual([expect.objectContaining({ id: info.id, lastUsedAt: null })]);
    expect((await run(['auth', 'token', 'delete', info.id])).exitCode).toBe(0);
    expect(tokens.isLive(info.id)).toBe(false);
  });

  // Its short twins are src/postgres/tokens.test.ts and src/cli/engine.test.ts.
  it('serve lets in by a token of the server, and is not ready while that is away', long, async () => {
    const own = await newServer();
    const { home, env, options } = newUser(own);
    await using tokens = openTokens(postgres(options));
    const { token, info } = await tokens.create();
    const child = spawn(process.execPath, [command, 'serve', '--port', '0'], {
      cwd: home,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    const url = /http:\/\/\S+/.exec(String(line))?.[0] ?? expect.fail();
    const statusOf = async (place: string) =>
      (await fetch(url + place, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await statusOf('/ready'), await statusOf('/auth')]).toEqual([200, 200]);
    await tokens.delete(info.id);
    expect(await statusOf('/auth')).toBe(401);
    own.signal('SIGKILL');
    await eventually(async () =>
      expect([await statusOf('/ready'), await statusOf('/auth')]).toEqual([503, 503]),
    );
    expect(await statusOf('/health')).toBe(200);
    await own.start();
    await eventually(async () =>
      expect([await statusOf('/ready'), await statusOf('/auth')]).toEqual([200, 401]),
    );
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(0);
  });

  it('doctor says what it found, and changes nothing', async () => {
    const { run } = newUser();
    const doctor = await run(['auth', 'doctor', '--json']);
    const { result, findings } = JSON.parse(doctor.stdout) as {
      result: string;
      findings: { severity: string; subject: string; says: string }[];
    };
    expect([doctor.exitCode, result]).toEqual([0, 'warn']);
    expect(findings.map(({ severity, says }) => `${severity} ${says}`)).toEqual([
      expect.stringMatching(/^ok PostgreSQL \d+.*, the primary, answered/),
      expect.stringMatching(/^ok what is acknowledged is on the disk of the primary/),
      'warn is a superuser, and a store needs much less',
      ...findings.slice(3, -1).map(() => expect.stringMatching(/^ok (0 |nothing)/)),
      expect.stringMatching(/^warn values are plain/),
    ]);
    const lost = await run(['auth', 'doctor', '--store', 'postgres://127.0.0.1:1/postgres/x']);
    expect([lost.exitCode, lost.stdout]).toEqual([1, expect.stringContaining('does not answer')]);
    const unknown = await run(['auth', 'doctor', '--store', 'nats://127.0.0.1:1/x']);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('no engine has')]);
  });

  it('the values of a store are sealed anew by the first key, those of tokens too', async () => {
    const { home, env, address, run } = newUser();
    const keys = path.join(home, 'keys');
    const more = { ...env, HOLDFAST_KEYS_FILE: keys };
    const sealed = (args: string[], input = '') => runWarm({ command, args, cwd: home, env: more, input });
    await run(['key', 'create', '--file', keys]);
    await sealed(['auth', 'set', 'anthropic'], secret);
    await sealed(['auth', 'token', 'create', '--quiet']);
    await run(['key', 'create', '--file', keys]);
    writeFileSync(keys, readFileSync(keys, 'utf8').trim().split('\n').reverse().join('\n'));
    expect((await sealed(['key', 'reseal'])).stderr).toContain('sealed 2 values');
    expect((await sealed(['key', 'reseal', '--store', address])).stderr).toContain('all values');
    expect((await sealed(['auth', 'get', 'anthropic', '--field', 'key'])).stdout).toBe(secret);
  });
});
