import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { around, beforeSyncOf, journalOf, systemError } from '../../calls.test.helper.js';
import { failureOf, newFile, siteOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { createTicket } from '../queue/intents.js';
import { encodeRequest } from '../queue/request.js';

/** In what order the file system is told, whichever thread asks: what a power cut leaves depends on nothing else. */
function observe(file: string) {
  const { calls, end, refuse } = journalOf(path.dirname(file));
  onTestFinished(end);
  return {
    calls,
    refuse,
    /** The answer is part of the order. */
    answered: async (call: Promise<unknown>) => {
      await call.catch(() => {});
      calls.push('answered');
    },
  };
}

async function writtenFile(): Promise<string> {
  const file = newFile();
  await using store = openStore(file);
  await store.set('first', 0);
  return file;
}

const published = ['rename i/copy -> auth.json.last', 'rename i/new -> auth.json', 'sync .', 'synced .'];

describe('a commit', () => {
  it('a commit syncs both files, renames the copy and then the file, and syncs both names before it answers', async () => {
    const file = await writtenFile();
    const { calls, answered } = observe(file);
    await answered(openStore(file).set('a', 1));
    expect(calls.slice(0, 4).toSorted()).toEqual([
      'sync i/copy',
      'sync i/new',
      'synced i/copy',
      'synced i/new',
    ]);
    expect(calls.slice(4)).toEqual([...published, 'answered']);
  });

  it('a commit that has nothing to write still syncs what it has read', async () => {
    const file = await writtenFile();
    const { calls, answered } = observe(file);
    await answered(openStore(file).remove('absent'));
    expect(calls).toEqual(['sync .', 'synced .', 'answered']);
  });

  it('a commit that carries a request along answers it only when the change is durable', async () => {
    const file = await writtenFile();
    createTicket(siteOf(file), 'request', 1, encodeRequest([{ key: 'theirs', raw: '1' }]));
    const { calls, answered } = observe(file);
    await answered(openStore(file, { leaseMs: 1 }).update('ours', () => 1));
    expect(calls.slice(4, 9)).toEqual([...published, 'rename r -> d']);
  });

  it('a commit that serves only requests answers them only when they are durable', async () => {
    const file = await writtenFile();
    createTicket(siteOf(file), 'request', 1, encodeRequest([{ key: 'theirs', raw: '1' }]));
    const { calls, answered } = observe(file);
    await answered(openStore(file, { leaseMs: 1 }).update('absent', () => undefined));
    expect(calls.slice(4, 9)).toEqual([...published, 'rename r -> d']);
  });
});

describe("a commit whose files can't be synced", () => {
  it.each(['new', 'copy'])(
    'a commit publishes nothing where the sync of the file "%s" fails',
    async (name) => {
      const file = await writtenFile();
      const { calls, answered, refuse } = observe(file);
      refuse(`i/${name}`);
      const call = openStore(file).set('a', 1);
      await answered(call);
      expect(await failureOf(call)).toMatchObject({ code: 'E_IO', definite: true });
      expect(calls.filter((one) => one.startsWith('rename'))).toEqual([]);
      // After a failed fsync the kernel would report a success that never happened.
      expect(calls.filter((one) => one === `sync i/${name}`)).toHaveLength(1);
    },
  );
});

describe('a commit whose file is refused and whose copy is restored', () => {
  it('the old copy is synced before it gets its name back, and the name before the commit answers', async () => {
    const file = await writtenFile();
    const { calls, answered } = observe(file);
    const restore = around('renameSync', (_, to) => to === file, {
      before: () => {
        throw systemError('ENOSPC');
      },
    });
    onTestFinished(() => {
      restore();
    });
    await answered(openStore(file).set('a', 1));
    expect(calls.slice(4)).toEqual([
      'rename i/copy -> auth.json.last',
      ...['sync i/undone', 'synced i/undone', 'rename i/undone -> auth.json.last'],
      ...['sync .', 'synced .', 'answered'],
    ]);
  });

  it("a commit is unknown where the restored name can't be synced", async () => {
    const file = await writtenFile();
    const restore = around('renameSync', (_, to) => to === file, {
      before: () => {
        throw systemError('ENOSPC');
      },
    });
    const unsynced = beforeSyncOf(path.dirname(file), () => {
      throw systemError('EIO');
    });
    const error = await failureOf(openStore(file).set('a', 1));
    unsynced();
    restore();
    expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
  });
});
