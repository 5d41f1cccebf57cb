import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { atMost } from '../../../amount.test.helper.js';
import type { StoreError } from '../../../errors/store-error.js';
import { atFileEnd } from '../../../file-end.test.helper.js';
import { eachInTiers } from '../../../tiers.test.helper.js';
import { patient } from '../../../waiting.test.helper.js';
import { interceptEach } from '../../intercept.test.helper.js';
import { newDirectory, newFile, strangersIntent } from '../../scratch.test.helper.js';
import { openStore, type Store } from '../../store.js';
import { built, library } from '../../system.test.helper.js';

/**
 * A change is stopped before one of its calls of the system, another process does something from its beginning to its end,
 * or is killed half-way, and the change goes on: at every call, or at every twelfth unless told otherwise.
 *
 *     HOLDFAST_PREEMPT_EVERY=1 npx vitest run src/store/file/queue/preempted.test.ts
 */
const every = atMost(12, 'HOLDFAST_PREEMPT_EVERY');
/** The other process runs while this one stands still: its time counts, too. */
const stuckMs = 300_000;

const calls = [
  ...['renameSync', 'openSync', 'mkdirSync', 'rmdirSync', 'unlinkSync', 'readdirSync', 'writeSync'],
  ...['fstatSync', 'readFileSync', 'existsSync', 'closeSync', 'readSync'],
];

interface Changing {
  /** Whether it begins behind a stranger's intent, and so becomes a request first. */
  inLine: boolean;
  leaseMs: number;
  change: (store: Store) => Promise<unknown>;
}

const changings: Record<string, Changing> = {
  'a set': { inLine: false, leaseMs: 3, change: (store) => store.set('mine', 1) },
  'a set in line': { inLine: true, leaseMs: 3, change: (store) => store.set('mine', 1) },
  'a set that is taken back': {
    inLine: true,
    leaseMs: 60_000,
    change: (store) => store.set('mine', 1, { deadlineMs: 12 }),
  },
  'an update': {
    inLine: false,
    leaseMs: 3,
    change: (store) => store.update('mine', (old) => Number(old ?? 0) + 1),
  },
};

const killed = (when: 'before' | 'after') => `
  const { dieAtRenameTo } = await import(${JSON.stringify(built('intercept.test.helper'))});
  dieAtRenameTo(file, ${JSON.stringify(when)});
  await store.set('other', 1);`;

const meanwhiles: Record<string, (file: string) => void> = {
  'two commits': (file) => neighbour().commitTwice(file),
  'a commit that is killed between its renames': (file) => elsewhere(file, killed('before')),
  'a commit that is killed before it is durable': (file) => elsewhere(file, killed('after')),
  'a commit that is killed between its renames, and a cut of the file': (file) => {
    elsewhere(file, killed('before'));
    truncateSync(file, 5);
  },
  'a removal of the intents': (file) => rmSync(`${file}.intents`, { recursive: true, force: true }),
};

function elsewhere(file: string, does: string): void {
  const program = `
    const { openStore } = await import(${JSON.stringify(library)});
    const file = ${JSON.stringify(file)};
    const store = openStore(file, { leaseMs: 1, ...${JSON.stringify(patient)} });
    ${does}`;
  spawnSync(process.execPath, ['--input-type=module', '-e', program]);
}

let goingOn: { commitTwice: (file: string) => void; end: () => void } | undefined;
atFileEnd(() => {
  goingOn?.end();
  goingOn = undefined;
});

/** One process for all commits that end: it is asked, and answers, while this one stands still. */
function neighbour(): NonNullable<typeof goingOn> {
  if (goingOn) return goingOn;
  const program = `
    import { writeSync } from 'node:fs';
    import { createInterface } from 'node:readline';
    const { openStore } = await import(${JSON.stringify(library)});
    for await (const file of createInterface({ input: process.stdin })) {
      const store = openStore(file, { leaseMs: 1, ...${JSON.stringify(patient)} });
      await store.set('other', 1); await store.set('other', 2);
      await store.close();
      writeSync(1, '.');
    }`;
  const pipes = ['asking', 'answering'].map((name) => path.join(newDirectory(), name));
  execFileSync('mkfifo', pipes);
  // Open for both, so that neither waits for the other to open it.
  const [ask = 0, answer = 0] = pipes.map((pipe) => openSync(pipe, 'r+'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: [ask, answer, 'inherit'],
  });
  goingOn = {
    commitTwice(file) {
      writeSync(ask, `${file}\n`);
      readSync(answer, Buffer.alloc(1));
    },
    end() {
      child.kill('SIGKILL');
      for (const fd of [ask, answer]) closeSync(fd);
    },
  };
  return goingOn;
}

// Each change meets the first of what may happen, before any meets the next.
const cases = Object.keys(meanwhiles).flatMap((met) => Object.keys(changings).map((change) => [change, met]));

eachInTiers(cases, 5)(
  '%s gets a true answer where it meets %s at any moment',
  async (changing, met) => {
    const { inLine, leaseMs, change } = changings[changing as keyof typeof changings] as Changing;
    const meanwhile = meanwhiles[met as keyof typeof meanwhiles] as (file: string) => void;
    for (let at = 0, isReached = true; isReached; at += every) {
      const file = newFile();
      const first = openStore(file);
      await first.set('first', 0);
      await first.close();
      if (inLine) mkdirSync(strangersIntent(file));
      const store = openStore(file, { leaseMs, ...patient });
      const restore = beforeCall(at, () => meanwhile(file));
      const told = change(store).then(
        () => 'ok',
        ({ definite }: StoreError) => (definite ? 'fail' : 'unknown'),
      );
      const outcome = await Promise.race([told, sleep(stuckMs, 'stuck', { ref: false })]);
      expect([at, outcome]).not.toEqual([at, 'stuck']);
      isReached = restore();
      await store.close();

      // Whatever certainly did not happen comes back no more, not even from the copy.
      if (outcome === 'fail') truncateSync(file, 4);
      const last = openStore(file, { leaseMs: 1, ...patient });
      await last.set('last', 1);
      const found = await last.all();
      await last.close();
      const mine = found.mine ?? 0;
      const isTrue = outcome === 'unknown' ? Number(mine) <= 1 : mine === (outcome === 'ok' ? 1 : 0);
      const other = met === 'two commits' && isReached ? 2 : found.other;
      const left = existsSync(`${file}.intents`) ? readdirSync(`${file}.intents`) : [];
      expect({ at, outcome, isTrue, ...found, left }).toEqual({
        at,
        outcome,
        isTrue: true,
        ...found,
        first: 0,
        left: [],
        ...(other === undefined ? {} : { other }),
      });
    }
  },
  { timeout: 10 * stuckMs },
);

/** @returns a function that ends it, and tells whether so many calls were made */
function beforeCall(at: number, meanwhile: () => void): () => boolean {
  let count = 0;
  const restore = interceptEach(calls, (original) => (...args) => {
    if (count++ === at) meanwhile();
    return original(...args);
  });
  return () => {
    restore();
    return count > at;
  };
}
