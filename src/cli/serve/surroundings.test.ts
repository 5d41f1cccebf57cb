import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lacks } from '../../store/system.test.helper.js';
import { openTokens } from '../../tokens/tokens.js';
import { command, newDirectory } from '../command.test.helper.js';

const [victim, mallory] = [1001, 1002];
const secret = 'CANARY-key-1234567890-wxyz';

/** A server of the victim, whose configuration lies where others may put files; and a token file there, made elsewhere. */
async function newServer(mode: number, owner: number) {
  const home = newDirectory();
  chmodSync(home, 0o711);
  chmodSync(path.dirname(home), 0o711);
  const [data, shared] = [path.join(home, 'opencode'), path.join(home, 'shared')];
  for (const directory of [data, shared]) mkdirSync(directory, { mode: 0o700 });
  const credentials = path.join(data, 'auth.json');
  writeFileSync(credentials, JSON.stringify({ a: { type: 'api', key: secret } }), { mode: 0o600 });
  for (const place of [data, credentials]) chownSync(place, victim, victim);
  chmodSync(shared, mode);

  const made = path.join(newDirectory(), 'auth-tokens.json');
  const tokens = openTokens({ file: made });
  const { token } = await tokens.create();
  await tokens.close();
  const file = path.join(shared, 'auth-tokens.json');
  const child = spawn(
    'setpriv',
    [
      ...['--reuid', `${victim}`, '--regid', `${victim}`, '--clear-groups', process.execPath, command],
      ...['serve', '--port', '0'],
    ],
    {
      cwd: '/',
      env: { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, OPENCODE_CONFIG_DIR: shared },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(child, 'close').then(() => '');
  const line = await Promise.race([
    ended,
    once(createInterface(child.stdout), 'line').then(([first]) => String(first)),
  ]);
  return {
    url: /http:\S+/.exec(line)?.[0],
    token,
    said: () => said,
    /** In place of the one that was there, while the server runs. */
    plant(): void {
      writeFileSync(file, readFileSync(made), { mode: 0o644 });
      chownSync(file, owner, owner);
      chmodSync(file, 0o644);
    },
  };
}

describe.skipIf(lacks('root', 'setpriv'))('a token file in a directory that others may write', () => {
  const reveal = (url: string, token: string) =>
    fetch(`${url}/auth?reveal=true`, { headers: { authorization: `Bearer ${token}` } });

  it('a token file of another user grants nothing, even in a sticky directory', async () => {
    const server = await newServer(0o1777, mallory);
    const url = server.url ?? expect.fail(server.said());
    server.plant();
    const response = await reveal(url, server.token);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain(secret);
    expect(server.said()).toContain(`belongs to user ${mallory}`);
  });

  it("a token file of the server's own user in a sticky directory grants access", async () => {
    const server = await newServer(0o1777, victim);
    const url = server.url ?? expect.fail(server.said());
    server.plant();
    expect((await reveal(url, server.token)).status).toBe(200);
  });

  it('a server does not start where another user could replace its token file', async () => {
    const server = await newServer(0o777, victim);
    expect(server.url).toBeUndefined();
    expect(server.said()).toContain('chmod go-w');
  });
});
