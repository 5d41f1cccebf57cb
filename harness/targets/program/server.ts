import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { invocation } from '../../programs/invocation.js';
import type { Program } from '../../programs/specification.js';
import { fill, type Words } from '../../programs/template.js';
import { killTree, slowed } from './command.js';

/** Agents load for ten seconds and more. */
const startMs = 60_000;
const stopMs = 5000;
const keptMax = 2000;

export interface RunningServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts the program's server at a free port, and waits until it says that it is ready.
 * @throws Error with the end of what it printed, if it ends or is not ready in time
 */
export async function startServer(program: Program, words: Words): Promise<RunningServer> {
  const { serve, file, slowMs, timeoutMs = startMs } = program;
  if (!serve) throw new TypeError(`${program.name} is no server`);
  const port = String(await freePort());
  const { argv, env } = invocation(program, serve.call, { ...words, port });
  const [command = '', ...args] = slowed(argv, words.file || file, slowMs);
  const child = spawn(command, args, { env, cwd: words.home, stdio: ['ignore', 'pipe', 'pipe'] });
  const ready = new RegExp(serve.ready, 'm');
  let printed = '';
  const isReady = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        printed = (printed + data).slice(-keptMax);
        if (ready.test(printed)) resolve();
      });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
  });
  const late = AbortSignal.timeout(timeoutMs);
  try {
    await Promise.race([
      isReady,
      once(late, 'abort').then(() =>
        Promise.reject(new Error(`it was not ready after ${timeoutMs / 1000} s`)),
      ),
    ]);
  } catch (error) {
    if (child.pid !== undefined) killTree(child.pid);
    const [last = 'nothing'] = printed.trim().split('\n').slice(-1);
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`"${program.name}" did not serve: ${why}; it printed last: ${last.slice(0, 200)}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await Promise.race([once(child, 'exit'), sleep(stopMs, undefined, { ref: false })]);
      if (child.pid !== undefined) killTree(child.pid);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Fills in a request. What stands in the body is JSON, or text of the same rules. */
export function filledRequest(
  { method, path, body }: { method: string; path: string; body: string },
  words: Words,
): { method: string; path: string; body: string } {
  const inJson = (value: string) => JSON.stringify(value).slice(1, -1);
  return { method, path: fill(path, words, encodeURIComponent), body: fill(body, words, inJson) };
}
