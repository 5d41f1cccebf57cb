import { randomInt } from 'node:crypto';
import { appendFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreError } from '../errors/store-error.js';
import type * as Library from '../index.js';
import type { CallOptions } from './backend/call.js';
import { interceptEach } from './intercept.test.helper.js';
import type { Store } from './store.js';

/** What one client of a soak is told, as JSON in its only argument. */
export interface SoakClient {
  id: string;
  file: string;
  log: string;
  leaseMs: number;
  queues: boolean;
  /** Before how many of a million system calls it stops or kills itself. */
  stops: number;
  kills: number;
}

/** One line of its log: an operation that begins, or how it ended. */
export type SoakLine =
  | { begin: string; action: SoakAction; key: string; value: string | number | null }
  | { end: string; outcome: 'ok' | 'fail' | 'unknown' | 'stuck'; result?: unknown; error?: string }
  | { openFiles: string[] };

export type SoakAction = 'set' | 'remove' | 'count' | 'total' | 'pair' | 'get' | 'all';

const deadlineMs = 3000;
/** Behind its deadline a call may still have to take its request back. */
const graceMs = 1500;
const tickMs = 20;
const lanes = 3;

const fatal = ['renameSync', 'openSync', 'mkdirSync', 'rmdirSync', 'unlinkSync', 'readdirSync', 'writeSync'];

async function main(client: SoakClient): Promise<void> {
  // What users import, which starts in half the time that its modules take one by one.
  const library = new URL('../../../dist/src/index.js', import.meta.url).href;
  const { openStore } = (await import(library)) as typeof Library;
  const store = openStore(client.file, { leaseMs: client.leaseMs, queues: client.queues, deadlineMs });
  let isEnding = false;
  process.once('SIGTERM', () => {
    isEnding = true;
  });
  makeMortal(client);
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const run = recorder(client, lane);
      while (!isEnding) {
        await act(run, store, `${client.id}-${lane}`);
        if (randomInt(3) === 0) await sleep(randomInt(6));
      }
    }),
  );
  await store.close();
  // A close in the background is not over at once.
  for (let looks = 0; looks < 600 && openFilesOf(client.file).length > 0; looks++) await sleep(50);
  say(client, { openFiles: openFilesOf(client.file) });
}

type Run = (
  action: SoakAction,
  key: string,
  value: string | number | null,
  call: (id: string, options: CallOptions) => Promise<unknown>,
) => Promise<void>;

async function act(run: Run, store: Store, own: string): Promise<void> {
  const dice = randomInt(100);
  const increment = (old: unknown) => Number(old ?? 0) + 1;
  const count = `count-${own}`;
  if (dice < 40) await run('set', own, 'its id', (id, options) => store.set(own, id, options));
  else if (dice < 48) await run('remove', own, null, (_, options) => store.remove(own, options));
  else if (dice < 62) await run('count', count, 1, (_, options) => store.update(count, increment, options));
  else if (dice < 70)
    await run('total', 'total', 1, (_, options) => store.update('total', increment, options));
  else if (dice < 80)
    await run('pair', 'pair', 'its id', (id, options) =>
      store.transaction(
        ['pair-a', 'pair-b'].map((key): [string, unknown] => [key, id]),
        options,
      ),
    );
  else if (dice < 92) await run('get', own, null, (_, options) => store.get(own, options));
  else
    await run('all', own, null, async (_, options) => {
      const entries = await store.all(options);
      if (entries['pair-a'] !== entries['pair-b']) throw new Error('half a transaction');
      return entries[own];
    });
}

/** Writes down each operation before it begins: what a client was at when it was killed is known. */
function recorder(client: SoakClient, lane: number): Run {
  let count = 0;
  return async (action, key, value, call) => {
    const id = `${client.id}-${lane}.${count++}`;
    const limit = randomInt(5) === 0 ? randomInt(30) : deadlineMs;
    const signal = randomInt(6) === 0 ? AbortSignal.timeout(randomInt(15)) : undefined;
    say(client, { begin: id, action, key, value: value === 'its id' ? id : value });
    // In ticks, which do not go on while the process is stopped.
    let ticks = 0;
    const watch = setInterval(() => {
      if (++ticks * tickMs === deadlineMs + graceMs) say(client, { end: id, outcome: 'stuck' });
    }, tickMs);
    try {
      const result = (await call(id, { deadlineMs: limit, signal })) ?? null;
      say(client, { end: id, outcome: 'ok', result });
    } catch (error) {
      const { definite, message } = error as StoreError;
      say(client, { end: id, outcome: definite ? 'fail' : 'unknown', error: message });
    } finally {
      clearInterval(watch);
    }
  };
}

function say({ log }: SoakClient, line: SoakLine): void {
  appendFileSync(log, `${JSON.stringify(line)}\n`);
}

/** Right before a call of the system is where it hurts. */
function makeMortal({ stops, kills }: SoakClient): void {
  interceptEach(fatal, (original) => (...args) => {
    const dice = randomInt(1_000_000);
    if (dice < kills) process.kill(process.pid, 'SIGKILL');
    else if (dice < kills + stops) process.kill(process.pid, 'SIGSTOP');
    return original(...args);
  });
}

function openFilesOf(file: string): string[] {
  const places = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return '';
    }
  });
  return places.filter((place) => place.startsWith(path.dirname(file)));
}

const [, , told] = process.argv;
if (told) await main(JSON.parse(told) as SoakClient);
