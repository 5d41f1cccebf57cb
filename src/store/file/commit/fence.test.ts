import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { patient } from '../../../waiting.test.helper.js';
import { around } from '../../calls.test.helper.js';
import type { Document } from '../../document/document.js';
import { failureOf, newFile, siteOf, strangersIntent, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import type { StoreOptions } from '../../store-options.js';
import { library } from '../../system.test.helper.js';
import { createIntent } from '../queue/intents.js';
import { attemptCommit } from './commit.js';
import { freshTask } from './task.test.helper.js';

/**
 * A commit has two renames, the copy and then the file. These tests stop a commit between the two, let another process
 * do something, and go on: the change must then be there exactly once, or its caller must be told that it is not known.
 */
async function incrementWithInterruption(
  file: string,
  meanwhile: () => void,
  options: StoreOptions = patient,
): Promise<unknown> {
  const restore = around('renameSync', (_, to) => to === file, { before: meanwhile });
  try {
    return await openStore(file, options).update('count', (old) => Number(old ?? 0) + 1);
  } finally {
    expect(restore()).toBeGreaterThan(0);
  }
}

/** Runs to its end in another process, for which ours is provably not dead but must be judged silent. */
function elsewhere(file: string, does: string): void {
  const program = `
    const { openStore } = await import(${JSON.stringify(library)});
    const store = openStore(${JSON.stringify(file)}, { leaseMs: 1, ...${JSON.stringify(patient)} });
    ${does}`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program]);
}

async function newCounter(): Promise<string> {
  const file = newFile();
  await openStore(file).set('count', 10);
  return file;
}

const countIn = (file: string) => (JSON.parse(textOf(file)) as { count: number }).count;

describe('a commit that is overtaken between its two renames', () => {
  it('the commit is repeated on top of what the other process has committed', async () => {
    const file = await newCounter();
    const value = await incrementWithInterruption(file, () =>
      elsewhere(file, "await store.update('count', (old) => old + 100);"),
    );
    expect(value).toBe(111);
    expect(countIn(file)).toBe(111);
  });

  it('the commit is repeated where only its intent is gone', async () => {
    const file = await newCounter();
    const value = await incrementWithInterruption(file, () => rmSync(`${file}.intents`, { recursive: true }));
    expect(value).toBe(11);
    expect(countIn(file)).toBe(11);
  });

  it('the commit is not repeated where the file is damaged, too, and the copy restores it', async () => {
    const file = await newCounter();
    const value = await incrementWithInterruption(file, () => {
      rmSync(`${file}.intents`, { recursive: true });
      writeFileSync(file, '{"cou');
    });
    expect(value).toBe(11);
    expect(countIn(file)).toBe(11);
  });

  it('the commit is unknown, and not applied twice, where another process has restored the file from the copy', async () => {
    const file = await newCounter();
    const error = await failureOf(
      incrementWithInterruption(file, () => {
        writeFileSync(file, '{"cou');
        elsewhere(file, "await store.update('count', (old) => old + 100);");
      }),
    );
    expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    expect(countIn(file)).toBe(111);
  });

  it('the commit is unknown where the copy is gone', async () => {
    const file = await newCounter();
    const error = await failureOf(
      incrementWithInterruption(file, () => {
        rmSync(`${file}.intents`, { recursive: true });
        rmSync(`${file}.last`);
      }),
    );
    expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    expect(countIn(file)).toBe(10);
  });

  it('the commit is unknown where the deadline ends the repetition', async () => {
    const file = await newCounter();
    const error = await failureOf(
      incrementWithInterruption(
        file,
        () => {
          rmSync(`${file}.intents`, { recursive: true });
          // A live process that stays in the way, and can't be proved dead.
          mkdirSync(strangersIntent(file), {
            recursive: true,
          });
        },
        { leaseMs: 3_600_000, deadlineMs: 50 },
      ),
    );
    expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    expect(countIn(file)).toBe(10);
  });

  it('the next process completes a commit that was to restore what a foreign program had erased', async () => {
    const file = await newCounter();
    const store = openStore(file);
    const stale = textOf(file);
    await store.set('ours', 1);
    await store.set('count', 11);
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(stale) as object), foreign: 1 }));
    const error = await failureOf(
      incrementWithInterruption(file, () => elsewhere(file, "console.log(await store.get('ours'));")),
    );
    // That other process has only read; what it found was not what the foreign program had left.
    expect(error).toMatchObject({ code: 'E_UNKNOWN' });
    expect(JSON.parse(textOf(file))).toEqual({ count: 12, foreign: 1, ours: 1 });
  });

  it('the commit leaves nothing behind', async () => {
    const file = await newCounter();
    await incrementWithInterruption(file, () => elsewhere(file, "await store.set('other', 1);"));
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });
});

describe('concurrent commits', () => {
  const set = (key: string) => (document: Document) => new Map(document).set(key, '1');

  it('the commit with the later intent destroys the earlier intent before it reads, and the earlier is fenced', async () => {
    const file = await newCounter();
    const site = siteOf(file);
    // Both announced and staged before either is on the disk: the queue is not asked.
    const earlier = attemptCommit(site, createIntent(site), freshTask(set('earlier')));
    const later = attemptCommit(site, createIntent(site), freshTask(set('later')));
    expect([(await earlier).kind, (await later).kind]).toEqual(['fenced', 'committed']);
    expect(JSON.parse(textOf(file))).toEqual({ count: 10, later: 1 });
  });

  it('no acknowledged commit of forty is lost without a queue', async () => {
    const file = await newCounter();
    const site = siteOf(file);
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
    const attempts = await Promise.all(
      keys.map(async (key) => {
        const { kind } = await attemptCommit(site, createIntent(site), freshTask(set(key)));
        return { key, kind };
      }),
    );
    const acknowledged = attempts.filter(({ kind }) => kind === 'committed').map(({ key }) => key);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(Object.keys(JSON.parse(textOf(file)))).toEqual(expect.arrayContaining(acknowledged));
  });
});
