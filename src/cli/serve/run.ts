import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hono } from 'hono';
import { createAuth } from '../../credentials/auth.js';
import { isOpaque } from '../../credentials/schema.js';
import { StoreError } from '../../errors/store-error.js';
import { createGuard } from '../../http/guard/guard.js';
import { isLoopback, isUnspecified } from '../../http/guard/hosts.js';
import { hardened } from '../../http/permissions/hardened.js';
import { specified } from '../../http/permissions/specified.js';
import { createApp, openPaths } from '../../http/serve/app.js';
import { type Listening, listen } from '../../http/serve/listen.js';
import { openStore } from '../../store/store.js';
import { tokenFile } from '../../tokens/location.js';
import { type ListedToken, openTokens, type Tokens } from '../../tokens/tokens.js';
import { note, print, printJson } from '../auth/output.js';
import { printEvent, storeOf } from '../auth/source.js';
import { addressOf } from '../engine.js';
import { UsageError } from '../usage-error.js';
import type { ServeFlags } from './index.js';

const policies = { hardened: hardened(), specified };

/** Serves until SIGINT or SIGTERM. */
export async function serve(flags: ServeFlags): Promise<void> {
  const { port, hostname, policy, paths, origin = [], host = [], allowUnsafe = false } = flags;
  const isLocal = isLoopback(hostname);
  // Only by name: a flag that is missing by a mistake of ours must not open the server.
  const isOpen = flags.auth === false;
  if (isOpen && !isLocal) {
    throw new UsageError(
      `refusing to listen on ${hostname} without authentication: any client that reaches it could take every credential`,
      'leave out --no-auth, or --hostname',
    );
  }
  const interrupted = once(process, 'SIGINT');
  const ended = Promise.race([interrupted, once(process, 'SIGTERM').then(() => 'drain' as const)]);
  const address = addressOf(flags);
  // They lie apart from the credentials, in a file as well as on an engine. First: without a home directory it names what to set.
  const tokenPlace = address ?? tokenFile(process.env);
  const place = await storeOf(flags);
  const tokens = openTokens(tokenPlace, { allowUnsafe, onEvent: printEvent });
  // Always the file, never OPENCODE_AUTH_CONTENT: a server must show what was just stored in it.
  const store = createAuth({
    store: openStore(place, { allowUnsafe, isOpaque, onEvent: printEvent }),
    env: {},
  });
  const stopping = new AbortController();
  try {
    if (!isOpen) await adviseOnTokens(tokens, tokenPlace);
    const guard = createGuard({
      ...(isOpen ? { authentication: 'disabled' } : { tokens }),
      policy: policies[policy],
      paths,
      origins: origin,
      publicPaths: openPaths,
      hosts: isLocal ? host : [hostname, ...host],
      anyAddress: isUnspecified(hostname),
      onFailure: printOnce(),
      advice: 'create one by "holdfast auth token create", and send it as "Authorization: Bearer TOKEN"',
    });
    let isDraining = false;
    const ready = async () => {
      if (isDraining) return false;
      if (isOpen) await store.all();
      else await isJudging(tokens);
      return true;
    };
    const app = createApp({ store, guard, ready, stopping: stopping.signal, onFailure: printFailure });
    const server = await listenOrExplain(app.fetch, port, hostname);
    const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${server.port}`;
    if (flags.json) printJson({ url }, { lines: false });
    else print(`listening on ${url}`);
    if (isOpen) note('--no-auth: every program on this machine can take every credential');
    if (!isLocal) note('tokens and credentials travel unencrypted: put TLS in front of this server');
    if ((await ended) === 'drain' && flags.drain > 0) {
      isDraining = true;
      const quick = new AbortController();
      void interrupted.then(() => quick.abort());
      await sleep(flags.drain, undefined, { signal: quick.signal }).catch(() => {});
    }
    stopping.abort();
    await server.close();
  } finally {
    await store.close();
    await tokens.close();
  }
}

/** @throws StoreError where no token can be judged now */
async function isJudging(tokens: Tokens): Promise<void> {
  await tokens.prepare?.();
  tokens.isLive('');
}

/** Without this note, the first start of a server would show nothing but refusals. */
async function adviseOnTokens(tokens: Tokens, file: string): Promise<void> {
  let all: ListedToken[];
  try {
    all = await tokens.list();
  } catch (error) {
    // An engine that does not answer yet: requests get 503 until it does.
    if (!(error instanceof StoreError && error.code === 'E_UNAVAILABLE')) throw error;
    note(`every request is refused for now: ${error.message}`);
    return;
  }
  if (all.some(({ state }) => state === 'active')) return;
  note(
    all.length === 0
      ? `there is no token yet in ${file}, so every request is refused;`
      : `no token in ${file} is good any more, so every request is refused;`,
  );
  note('create one by "holdfast auth token create": it works at once');
}

async function listenOrExplain(fetch: Hono['fetch'], port: number, hostname: string): Promise<Listening> {
  try {
    return await listen(fetch, { port, hostname });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new UsageError(
        `port ${port} of ${hostname} is in use`,
        'give another port by --port, or 0 for any free one',
      );
    }
    if (code === 'EACCES')
      throw new UsageError(`not allowed to listen on port ${port}`, 'give one from 1024 by --port');
    if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(code)) {
      throw new UsageError(
        `${hostname} is not an address of this machine`,
        'expected one like 127.0.0.1 for --hostname',
      );
    }
    throw error;
  }
}

/** Prints once why every request is refused. Messages of the store name files, never contents. */
function printOnce(): (error: unknown) => void {
  let told = '';
  return (error) => {
    const message = error instanceof StoreError ? error.message : "the token file can't be read";
    if (message !== told) note(`every request is refused: ${message}`);
    told = message;
  };
}

/** Prints where a request failed, and no message: an unexpected error may quote a credential. */
function printFailure(error: unknown): void {
  const { name = 'error', stack = '' } = error instanceof Error ? error : {};
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  note([`a request failed: ${name}`, ...frames].join('\n'));
}
