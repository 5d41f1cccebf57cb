import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eachInTiers } from '../../tiers.test.helper.js';
import { openTokens } from '../../tokens/tokens.js';
import { command, newDirectory } from '../command.test.helper.js';
import { runWarm } from '../warm-command.test.helper.js';

const secret = 'CANARY-key-1234567890-wxyz';
const entry = { type: 'api', key: secret };

/** A user with a home of its own, who starts the built command. */
function newUser() {
  const home = newDirectory();
  const tokens = openTokens({ file: path.join(home, 'opencode', 'auth-tokens.json') });
  onTestFinished(() => tokens.close());
  const env = { ...process.env, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, NO_COLOR: '1' };

  /** Runs `holdfast serve ARGS`, until it says where it listens or has ended. */
  async function serve(...args: string[]) {
    const child = spawn(process.execPath, [command, 'serve', ...args], { cwd: home, env, stdio: 'pipe' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const output = { stdout: '', stderr: '' };
    child.stderr.on('data', (data: Buffer) => {
      output.stderr += data;
    });
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
    const line = await Promise.race([
      ended.then(() => ''),
      once(createInterface({ input: child.stdout }), 'line').then(([first]) => String(first)),
    ]);
    return { child, line, ended, output, url: /http:\/\/\S+?(?="|$)/.exec(line)?.[0] ?? '' };
  }

  /** Runs what the command refuses, in a process that has run other commands. */
  async function refused(...args: string[]) {
    const own = { XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, NO_COLOR: '1' };
    const run = { command, args: ['serve', ...args], cwd: home, env: own, input: '' };
    const { exitCode, stderr } = await runWarm(run);
    return { code: exitCode, stderr };
  }

  return { home, tokens, serve, refused, file: path.join(home, 'opencode', 'auth.json') };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('holdfast serve', () => {
  it('the server says how to get in where there is no token yet, and accepts one that is made later', async () => {
    const { tokens, serve } = newUser();
    const { url, line, output } = await serve('--port', '0');
    expect(line).toBe(`listening on ${url}`);
    expect(output.stderr).toContain('holdfast auth token create');
    const refused = await fetch(`${url}/auth`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="holdfast"');
    expect(await refused.text()).toContain('holdfast auth token create');
    const { token } = await tokens.create();
    expect((await fetch(`${url}/auth`, bearer(token))).status).toBe(200);
  });

  it("the server reads and changes the file, refuses a token as soon as another process has deleted it, and all while the token file can't be read", async () => {
    const { home, tokens, serve, file } = newUser();
    const { token, info } = await tokens.create();
    const { url, output } = await serve('--port', '0');
    const writer = (await tokens.create({ permissions: ['write'] })).token;
    const put = { method: 'PUT', body: JSON.stringify(entry), ...bearer(writer) };
    expect((await fetch(`${url}/auth/anthropic`, put)).status).toBe(200);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ anthropic: entry });
    const stream = await fetch(`${url}/event`, bearer(token));
    await tokens.delete(info.id);
    const refused = await fetch(`${url}/auth`, bearer(token));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    await expect(stream.text()).rejects.toThrow();
    expect(output.stderr).toBe('');

    // While the token file can't be read, every request is refused, and the file is left as it is.
    const tokenFile = path.join(home, 'opencode', 'auth-tokens.json');
    writeFileSync(tokenFile, '{"torn');
    for (let n = 0; n < 2; n++) expect((await fetch(`${url}/auth`, bearer(writer))).status).toBe(503);
    expect(output.stderr.match(/every request is refused: .*auth-tokens\.json/g)).toHaveLength(1);
    expect(readFileSync(tokenFile, 'utf8')).toBe('{"torn');
  });

  it('the server with the hardened policy asks for execute to change a credential', async () => {
    const { tokens, serve } = newUser();
    const { token } = await tokens.create({ permissions: ['write'] });
    const { token: executor } = await tokens.create({ permissions: ['write', 'execute'] });
    const { url } = await serve('--port', '0', '--policy', 'hardened');
    // By the other policy the first of them may, as above.
    const put = { method: 'PUT', body: JSON.stringify(entry) };
    expect((await fetch(`${url}/auth/a`, { ...put, ...bearer(token) })).status).toBe(403);
    expect((await fetch(`${url}/auth/a`, { ...put, ...bearer(executor) })).status).toBe(200);
  });

  eachInTiers(['SIGTERM', 'SIGINT'] as const)(
    'the server ends cleanly by %s, with a stream open',
    async (signal) => {
      const { tokens, serve } = newUser();
      const { token } = await tokens.create();
      const { child, url, ended } = await serve('--port', '0', '--json');
      const stream = await fetch(`${url}/event`, bearer(token));
      child.kill(signal);
      expect(await stream.text()).toContain('server.connected');
      expect(await ended).toMatchObject({ code: 0, stderr: '' });
    },
  );
});

describe('without authentication', () => {
  it('the server with --no-auth serves on loopback, and warns', async () => {
    const { url, output } = await newUser().serve('--port', '0', '--no-auth');
    expect((await fetch(`${url}/auth`)).status).toBe(200);
    const foreign = { headers: { origin: 'https://evil.example' } };
    expect((await fetch(`${url}/auth`, foreign)).status).toBe(403);
    expect(output.stderr).toContain('--no-auth');
  });

  it.each(['0.0.0.0', '::', '0', '0x7f.1', '::ffff:0.0.0.0', '192.168.1.5', 'myhost'])(
    'the server with --no-auth refuses to listen on %s',
    async (hostname) => {
      const answer = await newUser().refused('--port', '0', '--no-auth', '--hostname', hostname);
      expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('refusing to listen') });
    },
  );
});

it('a server on all addresses asks for tokens, and warns that they travel unencrypted', async () => {
  const { serve, tokens } = newUser();
  const { token } = await tokens.create();
  const { url, output } = await serve('--port', '0', '--hostname', '0.0.0.0');
  const local = url.replace('0.0.0.0', '127.0.0.1');
  expect((await fetch(`${local}/auth`)).status).toBe(401);
  expect((await fetch(`${local}/auth`, bearer(token))).status).toBe(200);
  expect(output.stderr).toContain('unencrypted');
});

describe('usage errors of the server', () => {
  const clear = (result: { code: unknown; stderr: string }) => {
    expect(result.code).toBe(2);
    expect(result.stderr).not.toContain('internal error');
    return result.stderr;
  };

  it('a port that is in use is a clear error', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(clear(await newUser().refused('--port', String(port)))).toContain(
      `port ${port} of 127.0.0.1 is in use`,
    );
  });

  it.each([
    [['--port', '70000'], 'Expected a port'],
    [['--port', '4k'], 'Expected a port'],
    [['--hostname', '', '--port', '0'], 'Expected an address'],
    [['--hostname', ' ', '--port', '0'], 'Expected an address'],
    [['--hostname', '', '--port', '0', '--no-auth'], 'Expected an address'],
    [['--hostname', '203.0.113.1', '--port', '0'], 'not an address of this machine'],
    [['--origin', 'https://app.example/x'], 'Expected an origin'],
    [['--origin', '*'], 'Expected an origin'],
    [['--policy', 'none'], 'Allowed choices are specified, hardened'],
  ])('the arguments %j are a clear error', async (args, words) => {
    expect(clear(await newUser().refused(...args))).toContain(words);
  });

  it("a token file that can't be read is an error, and is left as it is", async () => {
    const { home, refused } = newUser();
    const file = path.join(home, 'opencode', 'auth-tokens.json');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '[]');
    expect(await refused('--port', '0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('auth-tokens.json'),
    });
    expect(readFileSync(file, 'utf8')).toBe('[]');
  });
});
