import { statSync } from 'node:fs';
import type { FaultKind, ValueId } from '../history/events.js';
import { nameOfContent } from '../history/version-name.js';
import { runClient, type Worker } from '../line/worker.js';
import { readKnown, writeInPlace } from '../targets/naive.js';
import type { Step } from '../workload/generator.js';
import { credential, identifyAll } from '../workload/values.js';
import { onceWritten } from './once-written.js';
import { keyOf } from './store-client.js';

/**
 * The agent as it ships: it knows no store and no lock. It reads the file, takes every error for "no credentials" and drops
 * what it can't decode, changes one entry, and writes the whole file in place.
 *
 * It logs out only what its copy lists, as a user does, and only once another process has replaced the file since its own last
 * write. For two of its writes between two looks of the store are one to anyone who looks from outside: a login from an
 * old copy, and its logout, are the bytes of a logout of something else (GUARANTEES.md, M1). For the same reason it waits until
 * a client of the store has written: what was erased before any of these had looked, none can know of.
 */
await runClient('foreign', async (worker) => {
  const { file } = worker.config;
  let written: bigint | undefined;
  await worker.ready();
  await onceWritten(worker);
  for await (const step of worker.steps()) {
    const isSettled = written !== inodeOf(file);
    await change(worker, step.action === 'remove' && !isSettled ? { ...step, action: 'set' } : step);
    written = inodeOf(file);
  }
});

function change(worker: Worker, { action, key }: Step): Promise<void> {
  return worker.record(action, key, async (id: ValueId) => {
    const { file } = worker.config;
    const { entries, text } = await readKnown(file);
    const copy = JSON.stringify(identifyAll(entries));

    if (action === 'set') entries[keyOf(key)] = credential(id);
    else if (keyOf(key) in entries) delete entries[keyOf(key)];
    else throw Object.assign(new Error('there is nothing to log out of'), { definite: true });
    // Not that it cared: these are for the record, which must show that the run had what it is about.
    if (copy === '{}') sendFault(worker, 'misread');
    else if (JSON.stringify(identifyAll((await readKnown(file)).entries)) !== copy)
      sendFault(worker, 'stale-rewrite');
    const next = JSON.stringify(entries, null, 2);
    await writeInPlace(file, next);
    return { written: nameOfContent(next), ...(text === undefined ? {} : { base: nameOfContent(text) }) };
  });
}

function sendFault(worker: Worker, fault: FaultKind): void {
  const { client } = worker.config;
  worker.send({ type: 'fault', time: worker.now(), fault, phase: 'begin', client, process: process.pid });
}

/** Undefined where there is no file just now. */
function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}
