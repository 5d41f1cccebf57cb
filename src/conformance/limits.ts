import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { openStore } from '../index.js';
import { newTicketName } from '../store/file/queue/entry-names.js';
import { type Case, failureOf } from './case.js';

/** An intent of a process on another machine: no process here can ask whether it lives. */
function plantIntent(file: string): void {
  mkdirSync(path.join(`${file}.intents`, `i-${'0'.repeat(16)}-1-1-${'0'.repeat(12)}-elsewhere`), {
    recursive: true,
  });
}

/** How calls end that are not to go on. */
export const limits: Case[] = [
  {
    name: 'a call whose signal is aborted fails at once with E_ABORTED, and its reason',
    needsFile: 'a planted process is in the way, as a name beside the file',
    async run({ file }) {
      plantIntent(file);
      const store = openStore(file, { leaseMs: 3_600_000, deadlineMs: 60_000 });
      const abort = new AbortController();
      const waiting = failureOf(() => store.update('a', () => 1, { signal: abort.signal }));
      setTimeout(() => abort.abort('mine'), 20);
      const error = await waiting;
      assert.deepEqual([error.code, error.cause], ['E_ABORTED', 'mine']);
      const before = await failureOf(() => store.set('a', 1, { signal: AbortSignal.abort() }));
      assert.deepEqual([before.code, before.definite], ['E_ABORTED', true]);
      const timeout = await failureOf(() => store.set('a', 1, { signal: AbortSignal.timeout(20) }));
      assert.equal(timeout.code, 'E_ABORTED');
    },
  },
  {
    name: 'a call whose deadline passes fails with E_TIMEOUT, names the process in the way, and writes nothing',
    needsFile: 'a planted process is in the way, as a name beside the file',
    async run({ file, directory }) {
      plantIntent(file);
      const store = openStore(file, { leaseMs: 3_600_000, deadlineMs: 60_000 });
      const error = await failureOf(() => store.set('a', 1, { deadlineMs: 40 }));
      assert.deepEqual([error.code, error.definite, error.holder?.host], ['E_TIMEOUT', true, 'elsewhere']);
      assert(!readdirSync(directory).includes('auth.json'));
    },
  },
  {
    name: 'a change waits for the changes before it, whatever the clock of its runtime says',
    needsFile: 'a planted process is in the way, as a name beside the file',
    async run({ file }) {
      const store = openStore(file, { leaseMs: 3_600_000, deadlineMs: 60_000 });
      await store.set('a', 1);
      const { name } = newTicketName('ticket', 2 ** 50);
      mkdirSync(path.join(`${file}.intents`, name));
      const error = await failureOf(() => store.update('a', () => 2, { deadlineMs: 200 }));
      assert.deepEqual([error.code, error.holder?.pid], ['E_TIMEOUT', process.pid]);
    },
  },
  {
    name: 'close waits for what has begun, and later calls fail with E_CLOSED',
    async run({ place }) {
      const store = openStore(place);
      const set = store.set('a', 1);
      await store.close();
      await set;
      assert.equal((await failureOf(() => store.get('a'))).code, 'E_CLOSED');
      assert.equal((await failureOf(() => store.watch(() => {}))).code, 'E_CLOSED');
      assert.deepEqual(await openStore(place).all(), { a: 1 });
    },
  },
  {
    name: 'Symbol.asyncDispose closes the store',
    async run({ place }) {
      const store = openStore(place);
      await store[Symbol.asyncDispose]();
      assert.equal((await failureOf(() => store.get('a'))).code, 'E_CLOSED');
    },
  },
];
