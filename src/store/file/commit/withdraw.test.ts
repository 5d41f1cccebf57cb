import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { around } from '../../calls.test.helper.js';
import { newFile, siteOf, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { built, runBuilt } from '../../system.test.helper.js';
import { createIntent, createTicket, release } from '../queue/intents.js';
import { encodeRequest } from '../queue/request.js';
import { attemptCommit } from './commit.js';
import { freshTask } from './task.test.helper.js';
import { withdraw } from './withdraw.js';

/**
 * A request is taken back while another process commits. Whatever the order of their steps: it is in the file, or its
 * owner is told that it never will be, and not both.
 */
async function newFileWith(first: number): Promise<string> {
  const file = newFile();
  await using store = openStore(file);
  await store.set('first', first);
  return file;
}

const theirs = encodeRequest([{ key: 'theirs', raw: '1' }]);
const contentOf = (file: string) => JSON.parse(textOf(file)) as unknown;

it('a request that is withdrawn after a commit has read it, and before it is published, is not applied', async () => {
  const file = await newFileWith(0);
  const site = siteOf(file);
  const request = createTicket(site, 'request', 1, theirs);
  // It has read the request and staged it, and waits for the disk.
  const commit = attemptCommit(site, createIntent(site), freshTask([{ key: 'ours', raw: '2' }]));
  const intent = createIntent(site);
  const end = await withdraw(site, intent, request, false);
  release(intent);
  expect([end, (await commit).kind]).toEqual(['withdrawn', 'fenced']);
  expect(contentOf(file)).toEqual({ first: 0 });
});

/** Its owner has destroyed all intents but its own, and is stopped right before it takes the request away. */
async function ownerInMidWithdrawal(file: string) {
  const [goOn, over] = [`${file}.go-on`, `${file}.over`];
  const owner = runBuilt(`
    import fs, { existsSync, writeFileSync } from 'node:fs';
    const { interceptFs } = await import(${JSON.stringify(built('intercept.test.helper'))});
    const { createIntent, createTicket, release } = await import(${JSON.stringify(built('file/queue/intents'))});
    const { withdraw } = await import(${JSON.stringify(built('file/commit/withdraw'))});
    const { Sites } = await import(${JSON.stringify(built('file/disk/site'))});
    const site = new Sites(${JSON.stringify(file)}).make();
    const request = createTicket(site, 'request', 1, ${JSON.stringify(theirs)});
    const { renameSync } = fs;
    const renameStopped = (from, to) => {
      if (!to.endsWith('/withdrawn')) return renameSync(from, to);
      fs.writeSync(1, 'stopped\\n');
      const clock = new Int32Array(new SharedArrayBuffer(4));
      while (!existsSync(${JSON.stringify(goOn)})) Atomics.wait(clock, 0, 0, 1);
      try {
        renameSync(from, to);
      } finally {
        writeFileSync(${JSON.stringify(over)}, '');
      }
    };
    interceptFs({ renameSync: renameStopped });
    const intent = createIntent(site);
    const end = await withdraw(site, intent, request, false);
    release(intent);
    console.log(String(end));
    process.stdin.once('data', () => process.exit());`);
  expect(await owner.line()).toBe('stopped');
  return {
    /** How it ended for the owner. */
    end: () => owner.line(),
    leave: () => owner.tell('leave'),
    /** Lets it take the request away, or fail to; for a caller that can't wait for events. */
    goOn: () => {
      writeFileSync(goOn, '');
      const clock = new Int32Array(new SharedArrayBuffer(4));
      const until = performance.now() + 60_000;
      while (!existsSync(over)) {
        if (performance.now() > until) throw new Error('the owner of the request does not go on');
        Atomics.wait(clock, 0, 0, 1);
      }
    },
  };
}

describe('a request whose owner is stopped in the middle of its withdrawal', () => {
  it('a commit destroys the withdrawal before it reads the request, which is then applied and not withdrawn', async () => {
    const file = await newFileWith(0);
    const owner = await ownerInMidWithdrawal(file);
    const site = siteOf(file);
    // The commit comes to read the request: read before the other intents are destroyed, it could be taken away now.
    const isRequest = (place = '') => /\.intents\/r1-/.test(place);
    const restore = around('openSync', isRequest, { after: owner.goOn });
    onTestFinished(() => {
      restore();
    });
    const intent = createIntent(site);
    const commit = await attemptCommit(site, intent, freshTask([{ key: 'ours', raw: '2' }]));
    release(intent);
    expect(restore()).toBe(1);
    expect(commit.kind).toBe('committed');
    expect(contentOf(file)).toEqual({ first: 0, theirs: 1, ours: 2 });
    // Undefined: it has to look again, and finds that it is done.
    expect(await owner.end()).toBe('undefined');
    expect(readdirSync(`${file}.intents`)).toEqual([expect.stringMatching(/^d1-/)]);
    owner.leave();
  });
});
