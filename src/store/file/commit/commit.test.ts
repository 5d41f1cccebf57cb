import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { around, beforeSyncOf, systemError } from '../../calls.test.helper.js';
import type { Change } from '../../document/change.js';
import { failureOf, newFile, siteOf, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { createIntent, createTicket, destroyEntry, release } from '../queue/intents.js';
import { encodeRequest } from '../queue/request.js';
import { attemptCommit } from './commit.js';
import { readLastCommitted } from './last-committed.js';
import type { Attempt, Known } from './task.js';
import { freshTask, standingTask } from './task.test.helper.js';

async function newCounter(): Promise<string> {
  const file = newFile();
  await using store = openStore(file);
  await store.set('count', 10);
  return file;
}

const put = (key: string, raw: string): Change => [{ key, raw }];
const contentOf = (file: string) => JSON.parse(textOf(file)) as unknown;
/** One attempt, under an intent of its own. */
async function commit(file: string, change: Change): Promise<Attempt> {
  const site = siteOf(file);
  const intent = createIntent(site);
  try {
    return await attemptCommit(site, intent, freshTask(change));
  } finally {
    release(intent);
  }
}

/** What the intent of that attempt vouches for. */
function knownAfter(attempt: Attempt): Known {
  return attempt.kind === 'committed' && attempt.known ? attempt.known : expect.fail();
}

const increment = (file: string) => openStore(file).update('count', (old) => Number(old) + 1);

describe('a file that a foreign program changes while a commit is staged', () => {
  const foreign = '{"count":77}';
  const hands: [string, (file: string) => void][] = [
    ['written in place', (file) => writeFileSync(file, foreign)],
    [
      'replaced by another',
      (file) => {
        writeFileSync(`${file}.foreign`, foreign);
        renameSync(`${file}.foreign`, file);
      },
    ],
    ['removed', (file) => rmSync(file)],
  ];
  it.each(hands)('a commit is fenced and overwrites nothing where the file was %s', async (_, change) => {
    const file = await newCounter();
    // It has read the file, and waits for the disk.
    const attempt = commit(file, put('ours', '1'));
    change(file);
    expect((await attempt).kind).toBe('fenced');
    expect(existsSync(file) && contentOf(file)).toEqual(existsSync(file) && { count: 77 });
  });

  it('a commit under a standing intent is fenced, too, where the file was written in place', async () => {
    const file = await newCounter();
    const site = siteOf(file);
    const intent = createIntent(site, 'standing');
    const first = await attemptCommit(site, intent, freshTask(put('ours', '1'), { outlives: true }));
    const known = knownAfter(first);
    const attempt = attemptCommit(site, intent, standingTask(known, put('ours', '2')));
    writeFileSync(file, foreign);
    expect((await attempt).kind).toBe('fenced');
    expect(contentOf(file)).toEqual({ count: 77 });
    release(intent);
  });
});

it("the caller's rewrite check gets what is about to be committed, including the requests of others", async () => {
  const file = await newCounter();
  const site = siteOf(file);
  createTicket(site, 'request', 1, encodeRequest([{ key: 'count', raw: '11' }]));
  const asked: unknown[] = [];
  const intent = createIntent(site);
  // As after a fence between the renames: the change itself counts as made, and is not called.
  const last = readLastCommitted(site) ?? expect.fail();
  const interrupted = { id: 'another', epoch: last.epoch };
  const isWanted = (document: ReadonlyMap<string, string>) => asked.push(document.get('count')) > 0;
  const attempt = await attemptCommit(
    site,
    intent,
    freshTask([], { wish: { kind: 'rewrite', isWanted }, earlier: { interrupted } }),
  );
  release(intent);
  expect([attempt.kind, asked]).toEqual(['committed', ['11']]);
});

describe('an intent that was destroyed', () => {
  it('a destroyed standing intent fences the commit, even where there is nothing to write', async () => {
    const file = await newCounter();
    const site = siteOf(file);
    const intent = createIntent(site, 'standing');
    const first = await attemptCommit(site, intent, freshTask(put('ours', '1'), { outlives: true }));
    const known = knownAfter(first);
    destroyEntry(intent.intents, intent.name);
    const read = attemptCommit(site, intent, standingTask(known, []));
    expect(await read).toEqual({ kind: 'fenced' });
    release(intent);
  });

  it('a destroyed intent is not made again by staging, and the commit is fenced and changes nothing', async () => {
    const file = await newCounter();
    const site = siteOf(file);
    const before = [textOf(file), textOf(`${file}.last`)];
    const intent = createIntent(site);
    destroyEntry(intent.intents, intent.name);
    const attempt = await attemptCommit(site, intent, freshTask(put('late', '1')));
    expect(attempt).toEqual({ kind: 'fenced' });
    expect([textOf(file), textOf(`${file}.last`)]).toEqual(before);
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('an intent that is destroyed after the rename of the file does not repeat the change', async () => {
    const file = await newCounter();
    const restore = around('renameSync', (_, to) => to === file, {
      after: () => rmSync(`${file}.intents`, { recursive: true }),
    });
    expect(await increment(file)).toBe(11);
    expect(restore()).toBe(1);
    expect(contentOf(file)).toEqual({ count: 11 });
  });
});

it('a request whose owner dies while it is staged is not committed', async () => {
  const file = await newCounter();
  createTicket(siteOf(file), 'request', 1, encodeRequest([{ key: 'theirs', raw: '1' }]));
  const attempt = commit(file, put('ours', '1'));
  const killed = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw systemError('ESRCH');
  });
  onTestFinished(() => killed.mockRestore());
  expect((await attempt).kind).toBe('fenced');
  expect(contentOf(file)).toEqual({ count: 10 });
});

describe('a request that was carried along and not answered', () => {
  /** The process that commits is stopped right before it is durable, and has answered no request. */
  async function commitUntold(file: string, change: Change): Promise<void> {
    const restore = beforeSyncOf(path.dirname(file), () => {
      throw systemError('EIO');
    });
    const error = await failureOf(commit(file, change));
    expect(restore()).toBe(1);
    expect(error.code).toBe('E_UNKNOWN');
  }

  it.each([1, 2, 3])(
    'a request is never applied again, however many commits did not answer it: %i',
    async (untold) => {
      const file = await newCounter();
      createTicket(siteOf(file), 'request', 1, encodeRequest([{ key: 'shared', raw: '"theirs"' }]));
      for (let n = 1; n <= untold; n++) await commitUntold(file, put('other', String(n)));
      // Later than the request, by all accounts: to apply that once more would undo it.
      await commitUntold(file, put('shared', '"later"'));
      expect((await commit(file, put('last', '1'))).kind).toBe('committed');
      expect(contentOf(file)).toEqual({ count: 10, shared: 'later', other: untold, last: 1 });
      expect(readdirSync(`${file}.intents`)).toEqual([expect.stringMatching(/^d1-/)]);
    },
  );
});
