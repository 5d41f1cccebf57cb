import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { interceptFs } from '../../calls.test.helper.js';
import { plainPath } from '../../intercept.test.helper.js';
import { modeOf, newDirectory, newFile, siteOf } from '../../scratch.test.helper.js';
import { optionsOf } from '../commit/task.test.helper.js';
import { withdraw } from '../commit/withdraw.js';
import type { Site } from '../disk/site.js';
import { HeldIntent } from '../held-intent.js';
import { parseEntry } from './entry-names.js';
import { handOver } from './hand-over.js';
import { createIntent, createTicket } from './intents.js';
import { self } from './owner.js';
import { Queue } from './queue.js';
import { withoutTimersOf } from './timers.test.helper.js';

/** A process that has ended. Its pid belongs to no process, or to one that began later. */
const dead = spawnSync('true').pid;
const line = '[["theirs","1"]]\n';

/** A request, with a mode that a wake-up corrects. */
function requestOf(site: Site, number: number): { name: string; place: string } {
  const { name } = createTicket(site, 'request', number, line);
  const place = path.join(`${site.file}.intents`, name);
  chmodSync(place, 0o400);
  return { name, place };
}

const isWoken = (place: string) => modeOf(place) === '600';

describe('a process that lets its intent go', () => {
  it('the owner of the first request hears of the end of an intent by the file that it watches', async () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    const watcher = watch(requestOf(site, 1).place);
    onTestFinished(() => watcher.close());
    const heard = once(watcher, 'change');
    handOver(site, intent);
    await heard;
  });

  it('the first request in line is woken, and no other', () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    const [second, first] = [requestOf(site, 2), requestOf(site, 1)];
    handOver(site, intent);
    expect([isWoken(first.place), isWoken(second.place)]).toEqual([true, false]);
  });

  it('a request of a dead process is passed over, and so is our own', () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    const [deads, ours, theirs] = [requestOf(site, 1), requestOf(site, 2), requestOf(site, 3)];
    const gone = deads.place.replace(`-${self.pid}-`, `-${dead}-`);
    renameSync(deads.place, gone);
    handOver(site, intent, ours.name);
    expect([gone, ours.place, theirs.place].map(isWoken)).toEqual([false, false, true]);
  });

  it('the first request is woken behind a ticket, too, whose owner may watch another entry', () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    createTicket(site, 'ticket', 1, '');
    const behind = [requestOf(site, 2), requestOf(site, 3)];
    handOver(site, intent);
    expect(behind.map(({ place }) => isWoken(place))).toEqual([true, false]);
  });

  it('a request that comes right before the removal of the intent is woken', () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    let late: { place: string } | undefined;
    const { rmdirSync } = fs;
    const restore = interceptFs({
      rmdirSync: (place) => {
        if (plainPath(place).endsWith(intent.name)) late ??= requestOf(site, 1);
        return rmdirSync(place as string);
      },
    });
    onTestFinished(restore);
    handOver(site, intent);
    expect(late && isWoken(late.place)).toBe(true);
  });

  it('a link in the place of a request is not followed', () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    const { name, place } = requestOf(site, 1);
    const foreign = path.join(newDirectory(), 'foreign');
    writeFileSync(foreign, line, { mode: 0o644 });
    fs.unlinkSync(place);
    symlinkSync(foreign, path.join(`${site.file}.intents`, name));
    handOver(site, intent);
    expect(modeOf(foreign)).toBe('644');
  });

  it('a file with another name is left as it is', () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    const { place } = requestOf(site, 1);
    linkSync(place, path.join(newDirectory(), 'other'));
    handOver(site, intent);
    expect(isWoken(place)).toBe(false);
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'a file of root’s that a user has moved into the queue is left as it is',
    () => {
      const file = newFile();
      for (const place of [path.dirname(file), `${file}.intents`]) {
        mkdirSync(place, { recursive: true, mode: 0o700 });
        chownSync(place, 1000, 1000);
      }
      const site = siteOf(file);
      const intent = createIntent(site);
      const { place } = requestOf(site, 1);
      chownSync(place, 0, 0);
      handOver(site, intent);
      expect(isWoken(place)).toBe(false);
      chownSync(place, 1000, 1000);
      const next = createIntent(site);
      handOver(site, next);
      expect(isWoken(place)).toBe(true);
    },
  );

  it('a request that was woken can still be taken back with a definite answer', async () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    const request = createTicket(site, 'request', 1, line);
    handOver(site, intent);
    const own = createIntent(site);
    onTestFinished(() => handOver(site, own));
    expect(await withdraw(site, own, request, false)).toBe('withdrawn');
  });
});

it('a process does not sleep over its request where the holder goes while it sets its alarm', async () => {
  const site = siteOf(newFile());
  const intent = createIntent(site);
  const queue = new Queue(Number.POSITIVE_INFINITY, parseEntry(intent.name));
  const restoreTimers = withoutTimersOf(8);
  const { watch: watchNow } = fs;
  const restore = interceptFs({
    watch: (...args) => {
      // The wake-up comes before there is anything to hear it.
      handOver(site, intent);
      return watchNow(...(args as Parameters<typeof watchNow>));
    },
  });
  onTestFinished(() => {
    restore();
    restoreTimers();
    queue.leave();
  });
  expect(await queue.wait(site, 60_000, [{ key: 'ours', raw: '1' }], true)).toBe('free');
});

it('our own request is no sign of others, and that of another process is one', async () => {
  const site = siteOf(newFile());
  const [own, theirs] = [new HeldIntent({ revocable: false }), new HeldIntent({ revocable: false })];
  onTestFinished(() => {
    own.end();
    theirs.end();
  });
  const { name } = createTicket(site, 'request', 1, line);
  await own.attempt(site, { ...optionsOf([]), own: name });
  expect(own.isCrowded).toBe(false);
  createTicket(site, 'request', 2, line);
  await theirs.attempt(site, optionsOf([]));
  expect(theirs.isCrowded).toBe(true);
});

it('an intent stays for the next changes of others where a commit carried none, and no longer than its term', async () => {
  const site = siteOf(newFile());
  const stands = async (termMs: number) => {
    const held = new HeldIntent({ revocable: false, termMs });
    createTicket(site, 'request', 1, line);
    await held.attempt(site, optionsOf([]));
    await held.attempt(site, optionsOf([{ key: 'ours', raw: '1' }]));
    const isHeld = held.isFor(site);
    held.end();
    return isHeld;
  };
  expect([await stands(3_600_000), await stands(0)]).toEqual([true, false]);
});
