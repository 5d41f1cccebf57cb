import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { createAuth } from '../../credentials/auth.js';
import { newGuard } from '../guard/guard.test.helper.js';
import type { GuardSettings } from '../guard/options.js';
import { type AppOptions, createApp, openPaths } from './app.js';
import { listen } from './listen.js';

/** The real server on a store of its own, with made-up tokens. */
export async function newServer(options: Partial<AppOptions> & GuardSettings = {}) {
  const { tokens, guard } = newGuard({ publicPaths: openPaths, ...options });
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')), 'auth.json');
  const store = createAuth({ file, env: {} });
  const failures: unknown[] = [];
  const stopping = new AbortController();
  const app = createApp({
    store,
    guard,
    stopping: stopping.signal,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  const server = await listen(app.fetch, { port: 0, hostname: '127.0.0.1' });
  const url = `http://127.0.0.1:${server.port}`;
  onTestFinished(async () => {
    stopping.abort();
    await server.close();
    await store.close();
  });
  return {
    app,
    file,
    store,
    tokens,
    failures,
    url,
    server,
    /** One request with a token, or without. */
    async ask(token: string | undefined, method: string, target: string, body?: unknown) {
      const response = await fetch(url + target, {
        method,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
    },
  };
}

/** The events of a stream, one after another; it ends when the server ends it. */
export async function* eventsOf(response: Response): AsyncGenerator<{ type: string; properties: unknown }> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (block.startsWith('data: ')) yield JSON.parse(block.slice('data: '.length));
    }
  }
}
