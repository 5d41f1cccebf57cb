import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store, TargetOptions } from '../core/target.js';
import { replacing } from './rename-only.js';
import { readStrictly } from './strict-read.js';
import { definitely, wholeFileStore } from './whole-file.js';

const staleMsDefault = 60_000;
const retryMs = { first: 100, factor: 1.7, max: 2000 };
const waitMsMax = 300_000;

/**
 * What the agent ships as its lock between processes, around a temporary file and a rename: a lock directory with a heartbeat
 * file; who finds the heartbeat too old makes a second directory, the breaker, and takes over. Its owner's token is
 * compared when the lock is released, and never before the write: a holder that was paused wakes up and writes all the same. Whoever
 * comes after a crash waits until the heartbeat is too old.
 *
 * Option `stale`: milliseconds after which a heartbeat is too old (60000).
 */
export function open(file: string, options: TargetOptions = {}): Store {
  const staleMs = Number(options.stale ?? staleMsDefault);
  return wholeFileStore({
    read: () => readStrictly(file),
    write: replacing(file),
    exclusively: async (run) => {
      const release = await acquire(`${file}.lock`, staleMs).catch((error: unknown) =>
        Promise.reject(definitely(error)),
      );
      try {
        return await run();
      } finally {
        await release();
      }
    },
  });
}

export const artifacts = [/\.lock(\.breaker)?$/];

async function acquire(lock: string, staleMs: number): Promise<() => Promise<void>> {
  const token = randomUUID();
  const deadline = performance.now() + waitMsMax;
  for (let wait = retryMs.first; performance.now() < deadline; wait *= retryMs.factor) {
    if ((await make(lock)) || ((await isStale(lock, staleMs)) && (await takeOver(lock, staleMs))))
      return hold(lock, token, staleMs);
    await sleep(Math.min(wait, retryMs.max) * (randomInt(70, 131) / 100));
  }
  throw new Error(`${lock} was held by another process for ${waitMsMax / 1000} s`);
}

async function hold(lock: string, token: string, staleMs: number): Promise<() => Promise<void>> {
  const [heartbeat, owner] = [path.join(lock, 'heartbeat'), path.join(lock, 'meta.json')];
  await writeFile(heartbeat, '', { flag: 'wx', mode: 0o600 });
  await writeFile(owner, JSON.stringify({ token, pid: process.pid }), { flag: 'wx', mode: 0o600 });
  const beat = () => utimes(heartbeat, new Date(), new Date()).catch(() => {});
  const beating = setInterval(beat, staleMs / 3).unref();
  return async function release() {
    clearInterval(beating);
    const found = await readFile(owner, 'utf8').catch(() => '{}');
    if (JSON.parse(found).token === token) await rm(lock, { recursive: true, force: true });
  };
}

/** Only one at a time; who has waited for the other one to do so looks again. */
async function takeOver(lock: string, staleMs: number): Promise<boolean> {
  const breaker = `${lock}.breaker`;
  if (!(await make(breaker))) {
    if (await isStale(breaker, staleMs)) await rm(breaker, { recursive: true, force: true });
    return false;
  }
  try {
    if (!(await isStale(lock, staleMs))) return false;
    await rm(lock, { recursive: true, force: true });
    return await make(lock);
  } finally {
    await rm(breaker, { recursive: true, force: true });
  }
}

async function isStale(directory: string, staleMs: number): Promise<boolean> {
  const beaten = await stat(path.join(directory, 'heartbeat')).catch(() =>
    stat(directory).catch(() => undefined),
  );
  return beaten !== undefined && Date.now() - beaten.mtimeMs > staleMs;
}

async function make(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
