import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { kindOf, whyNoStore } from '../core/store-shape.js';
import type { Store } from '../core/target.js';
import { readRaw } from '../line/foreign-reader.js';
import { Layout } from '../line/layout.js';
import { copyBeside, probeKeys, probeSeeds } from '../line/probe-places.js';
import { assertOwnFile } from '../line/sandbox.js';
import { describe, runClient, type Worker } from '../line/worker.js';
import { credential } from '../workload/values.js';

/** Long enough for a store that repairs its file, and no reason to wait for one that does not. */
const moreMs = 5000;

/**
 * Tries a target alone, once, before a run is built on it: a module that can't do even this can't be put to any test. It
 * looks at the file after each change, too: only a file that shows it at once, and nothing else, is evidence.
 */
await runClient('file', async (worker) => {
  await worker.ready();
  const { file, begins } = worker.config;
  const begun = performance.now();
  const { target, store: opened } = await asking(worker, 'open', () => worker.openTarget());
  const openMs = performance.now() - begun;
  const store = checked(worker, opened);
  const [first, second] = probeKeys;
  const expected = new Map<string, unknown>(
    begins === 'foreign' ? probeSeeds.map(({ key, value }) => [key, credential(value)]) : [],
  );
  if (begins === 'copy') {
    const found = await store.all();
    const isWhole = isDeepStrictEqual(found[first], credential('probe-1.0.2')) && !(second in found);
    if (!isWhole) throw new Error('a copy of its file does not hold its entries');
    worker.send({ type: 'passed' });
    return;
  }

  const absent = await store.get(first);
  if (absent !== undefined)
    throw new Error(`get() returned ${kindOf(absent)} for a key that is absent, expected undefined`);
  const layout = new Layout(() => readRaw(file, target.read), expected);
  for (const [id, key] of [
    ['probe-1.0.0', first],
    ['probe-1.0.1', second],
    ['probe-1.0.2', first],
  ] as const) {
    const value = credential(id);
    await store.set(key, value);
    layout.changed(key, value);
    if (!isDeepStrictEqual(await store.get(key), value))
      throw new Error('get() does not return what set() has stored');
  }
  if (!Object.hasOwn(await store.all(), first)) throw new Error('all() lacks what set() has stored');
  await store.remove(second);
  layout.changed(second, undefined);
  if (existsSync(file) && statSync(file).isFile()) copyFileSync(file, copyBeside(file));
  const left = await store.get(second);
  if (left !== undefined) {
    throw new Error(
      left === null
        ? 'get() returned null for a key that is absent, expected undefined'
        : 'get() returns what remove() has removed',
    );
  }
  layout.same(await store.all());
  const reads = target.read ? ({ reads: true } as const) : {};
  const late = target.arrivesLate ? ({ arrivesLate: true } as const) : {};
  const sighted = { ...layout.sighted(), ...reads, ...late, commits: worker.commits, openMs };
  if (target.read && sighted.whyNot !== undefined)
    throw new Error(`its read(bytes) does not show what set() has stored: ${sighted.whyNot}`);
  await store.close?.();
  worker.send({ type: 'passed', sighted });
  // Then it is tried once more, without a file to begin with, and only what it leaves there counts.
  if (begins === 'foreign' && sighted.whyNot !== undefined) return;
  const isDamaged = sighted.whyNot === undefined && !target.read;
  await Promise.race([leaveMore(worker, isDamaged), sleep(moreMs, undefined, { ref: false })]);
});

/**
 * What a store leaves behind when it refreshes, or repairs its file, is its own, too. How well it does either is what the
 * scenarios are about: here only what lies beside the file counts.
 */
async function leaveMore(worker: Worker, isDamaged: boolean): Promise<void> {
  try {
    const { store } = await worker.openTarget();
    const { file, sandbox } = worker.config;
    await store.refresh?.(
      probeKeys[0],
      () => false,
      async () => credential('probe-1.0.3'),
    );
    if (isDamaged) {
      writeFileSync(assertOwnFile(file, sandbox), '{"damaged": ');
      await store.set(probeKeys[0], credential('probe-1.0.4'));
    }
    await store.close?.();
  } catch {
    // It has refused to.
  }
}

/** @throws Error that names the call, where it throws */
async function asking<T>(worker: Worker, call: string, ask: () => Promise<T>): Promise<T> {
  worker.send({ type: 'asks', call });
  try {
    return await ask();
  } catch (error) {
    throw new Error(`its ${call}() failed: ${describe(error)}`, { cause: error });
  }
}

/** The store, with each call announced before it is made. @throws Error naming what is missing */
function checked(worker: Worker, store: Store): Store {
  const why = whyNoStore(store);
  if (why !== undefined) throw new Error(why);
  return {
    get: (key) => asking(worker, 'get', async () => store.get(key)),
    all: () =>
      asking(worker, 'all', async () => {
        const entries: unknown = await store.all();
        if (Object.prototype.toString.call(entries) === '[object Object]')
          return entries as Record<string, unknown>;
        throw new TypeError(`it returned ${kindOf(entries)}, expected an object of all entries`);
      }),
    set: (key, value) => asking(worker, 'set', async () => store.set(key, value)),
    remove: (key) => asking(worker, 'remove', async () => store.remove(key)),
    close: () => asking(worker, 'close', async () => store.close?.()),
  };
}
