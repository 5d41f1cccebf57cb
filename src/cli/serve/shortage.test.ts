import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTokens } from '../../tokens/tokens.js';
import { eventually } from '../../waiting.test.helper.js';
import { command, newDirectory } from '../command.test.helper.js';

const filesMax = 64;
const entry = '{"type":"api","key":"made up"}';

interface Answer {
  status: number | undefined;
  retryAfter: string | undefined;
  text: string;
}

/** A server that may not open many files, and a client that keeps its one connection. */
async function newServer() {
  const home = newDirectory();
  mkdirSync(path.join(home, 'opencode'), { mode: 0o700 });
  const tokens = openTokens({ file: path.join(home, 'opencode', 'auth-tokens.json') });
  onTestFinished(() => tokens.close());
  const { token } = await tokens.create();
  const script = `ulimit -n ${filesMax}; exec "$0" "$1" serve --port 0`;
  const child = spawn('sh', ['-c', script, process.execPath, command], {
    env: { ...process.env, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const port = Number(/\d+$/.exec(String(line)));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());

  async function ask(method: string, target: string, body = ''): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request({ host: '127.0.0.1', port, method, path: target, agent, headers }).end(body);
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const data of response) text += data;
    return { status: response.statusCode, retryAfter: response.headers['retry-after'], text };
  }

  return { file: path.join(home, 'opencode', 'auth.json'), port, ask };
}

/** Connections that send the beginning of a request, and nothing more. */
function occupy(port: number): Socket[] {
  const sockets = Array.from({ length: 2 * filesMax }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => {}).write('GET / HTTP/1.1\r\n');
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  return sockets;
}

describe('a server that has no files left to open', () => {
  it('a request is answered with 503 and Retry-After, and succeeds once files are free again', async () => {
    const { file, port, ask } = await newServer();
    expect(await ask('PUT', '/auth/a', entry)).toMatchObject({ status: 200 });
    const sockets: Socket[] = [];
    const unavailable = { status: 503, retryAfter: '1', text: expect.stringContaining('EMFILE') };
    await eventually(async () => {
      // Again each time: the store may have given back files since, which it kept after its last commit.
      sockets.push(...occupy(port));
      // Or what is known already would do.
      writeFileSync(file, `{"b":${entry}}`);
      expect(await ask('GET', '/auth')).toEqual(unavailable);
    });
    expect(await ask('GET', '/auth/b')).toEqual(unavailable);
    expect(await ask('PUT', '/auth/c', entry)).toEqual(unavailable);
    expect(await ask('DELETE', '/auth/b')).toEqual(unavailable);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => expect(await ask('PUT', '/auth/c', entry)).toMatchObject({ status: 200 }));
    expect(await ask('GET', '/auth/b')).toMatchObject({ status: 200 });
  });
});
