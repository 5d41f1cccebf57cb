import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ValueId } from '../history/events.js';
import { runClient, type Worker } from '../line/worker.js';
import type { Step } from '../workload/generator.js';
import { Random } from '../workload/random.js';
import { credential } from '../workload/values.js';
import { keyOf } from './store-client.js';

const ways = ['in place', 'in two halves', 'by rename'] as const;

/** Between its read and its write: long enough for others to write, and for its copy to be an old one. */
const thinkMs = [5, 30] as const;
const betweenHalvesMs = 2;

/**
 * A foreign program, as the agent's plugins are: it uses no store and no lock. It reads the file, thinks, changes a key
 * of its own and rewrites the whole file from what it had read.
 */
await runClient('foreign', async (worker) => {
  const { seed, client, incarnation } = worker.config;
  const random = new Random(seed, `${client}.${incarnation}/ways`);
  await worker.ready();
  for await (const step of worker.steps()) await rewrite(worker, step, random);
});

function rewrite(worker: Worker, { action, key }: Step, random: Random): Promise<void> {
  return worker.record(action, key, async (id: ValueId) => {
    const { file } = worker.config;
    const { copy, entries } = read(file);
    await sleep(random.int(...thinkMs));

    if (action === 'set') entries[keyOf(key)] = credential(id);
    // A program that changes nothing has nothing to write.
    else if (!(keyOf(key) in entries)) return undefined;
    else delete entries[keyOf(key)];
    const { client } = worker.config;
    // Not that it cared: this is for the record, which must show that the run had what it is about.
    if (readFileSync(file, 'utf8') !== copy) {
      const what = { fault: 'stale-rewrite', phase: 'begin', client, process: process.pid } as const;
      worker.send({ type: 'fault', time: worker.now(), ...what });
    }
    await write(file, JSON.stringify(entries, null, 2), random.pick(ways));
    return undefined;
  });
}

/** Where there is no whole document it has nothing to rewrite, and tries again later. */
function read(file: string): { copy: string; entries: Record<string, unknown> } {
  try {
    const copy = readFileSync(file, 'utf8');
    const entries: unknown = JSON.parse(copy);
    if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) {
      throw new TypeError('it is no object');
    }
    return { copy, entries: entries as Record<string, unknown> };
  } catch (error) {
    throw Object.assign(new Error('there is no whole file', { cause: error }), { definite: true });
  }
}

async function write(file: string, text: string, way: (typeof ways)[number]): Promise<void> {
  if (way === 'in place') {
    writeFileSync(file, text);
  } else if (way === 'by rename') {
    writeFileSync(`${file}.rogue`, text, { mode: 0o600 });
    renameSync(`${file}.rogue`, file);
  } else {
    const descriptor = openSync(file, 'w');
    const half = text.length >> 1;
    writeSync(descriptor, text.slice(0, half));
    await sleep(betweenHalvesMs);
    writeSync(descriptor, text.slice(half));
    closeSync(descriptor);
  }
}
