import fs, { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { until } from '../../../waiting.test.helper.js';
import { interceptFs, plainPath } from '../../intercept.test.helper.js';
import { newFile, runCommand, siteOf } from '../../scratch.test.helper.js';
import { optionsOf } from '../commit/task.test.helper.js';
import type { Site } from '../disk/site.js';
import { HeldIntent } from '../held-intent.js';
import { parseEntry, type QueueEntry } from './entry-names.js';
import { handOver } from './hand-over.js';
import { createIntent, createTicket, endRequest } from './intents.js';
import { self } from './owner.js';
import { Queue, type Turn } from './queue.js';
import { withoutTimersOf } from './timers.test.helper.js';

const leaseMs = 3_600_000;
const isIntentName = (name: string) => parseEntry(name)?.number === 0;
const line = '[["theirs","1"]]\n';

/** A change that waits for its turn, and never looks by itself. */
function waiterOf(
  site: Site,
  { holder, isCrowded = false }: { holder?: QueueEntry | undefined; isCrowded?: boolean } = {},
) {
  const queue = new Queue(Number.POSITIVE_INFINITY, holder);
  onTestFinished(() => queue.leave());
  let turn: Turn | undefined;
  const ended = queue.wait(site, leaseMs, [{ key: 'ours', raw: '1' }], isCrowded).then((end) => {
    turn = end;
    return end;
  });
  return { queue, ended, turn: () => turn };
}

/** Calls of the file system from now on, by their names in the directory of intents. */
function watchCalls(site: Site) {
  const calls: string[] = [];
  const intents = `${site.file}.intents`;
  const note = (name: 'readdirSync' | 'existsSync' | 'watch') => {
    const original = fs[name] as (...args: unknown[]) => unknown;
    return (...args: unknown[]) => {
      calls.push(`${name} ${path.relative(intents, plainPath(args[0]))}`);
      return original(...args);
    };
  };
  const names = ['readdirSync', 'existsSync', 'watch'] as const;
  onTestFinished(interceptFs(Object.fromEntries(names.map((name) => [name, note(name)]))));
  return { count: (call: string) => calls.filter((made) => made === call).length };
}

describe('a request that is left to a holder', () => {
  it('its owner looks at two names when it is woken, and lists the directory once', async () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    onTestFinished(withoutTimersOf(8));
    const calls = watchCalls(site);
    const { queue, ended } = waiterOf(site);
    const name = queue.request?.name ?? '';
    for (let woken = 1; woken <= 3; woken++) {
      const looks = calls.count(`existsSync ${name}`);
      chmodSync(path.join(`${site.file}.intents`, name), 0o600);
      await until(() => calls.count(`existsSync ${name}`) > looks);
    }
    expect(calls.count('readdirSync ')).toBe(1);
    expect(calls.count(`watch ${name}`)).toBe(1);
    endRequest(intent.intents, name);
    expect(await ended).toBe('done');
    expect(calls.count('readdirSync ')).toBe(1);
    handOver(site, intent);
  });

  it('its owner lists nothing where it knows the holder from the change before', async () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    onTestFinished(withoutTimersOf(8));
    const calls = watchCalls(site);
    const { queue, ended } = waiterOf(site, { holder: parseEntry(intent.name), isCrowded: true });
    endRequest(intent.intents, queue.request?.name ?? '');
    expect(await ended).toBe('done');
    expect(calls.count('readdirSync ')).toBe(0);
    handOver(site, intent);
  });

  it('its owner goes on where the holder has gone', async () => {
    const site = siteOf(newFile());
    const intent = createIntent(site);
    onTestFinished(withoutTimersOf(8));
    const { ended } = waiterOf(site);
    handOver(site, intent);
    expect(await ended).toBe('free');
  });

  it('its owner hears of the holder that has come after another request, and goes on when that has gone', async () => {
    const site = siteOf(newFile());
    const { name } = createTicket(site, 'request', 1, line);
    onTestFinished(withoutTimersOf(8));
    const calls = watchCalls(site);
    const { queue, ended } = waiterOf(site);
    expect([calls.count(`watch ${queue.request?.name}`), calls.count(`watch ${name}`)]).toEqual([1, 0]);
    const intent = createIntent(site);
    endRequest(intent.intents, name);
    handOver(site, intent);
    expect(await ended).toBe('next');
    expect(queue.holder).toBeUndefined();
  });

  it('its owner hears of a ticket that leaves the queue without a commit', async () => {
    const site = siteOf(newFile());
    onTestFinished(withoutTimersOf(8));
    const stranger = createIntent(site);
    const inFront = new Queue(Number.POSITIVE_INFINITY, undefined);
    const waits = inFront.wait(site, leaseMs, undefined, false);
    const { queue, ended } = waiterOf(site);
    // Both are woken by its end: the owner of the ticket goes on, and the other one has seen that.
    handOver(site, stranger);
    expect(await waits).toBe('next');
    await until(() => queue.holder === undefined);
    inFront.leave();
    expect(await ended).toBe('free');
  });
});

it('a process does not sleep where the holder goes between its listing and its alarm', async () => {
  const site = siteOf(newFile());
  const intent = createIntent(site);
  onTestFinished(withoutTimersOf(8));
  const { openSync } = fs;
  const goes = (...args: Parameters<typeof openSync>) => {
    if (args[1] === 'wx+') handOver(site, intent);
    return openSync(...args);
  };
  onTestFinished(interceptFs({ openSync: goes as never }));
  expect(await waiterOf(site).ended).toBe('free');
});

it('the first in line is woken by a process that passes a dead holder', async () => {
  const site = siteOf(newFile());
  const holder = runCommand(['sleep', '600']);
  site.makeIntents();
  const name = `i-${'0'.repeat(16)}-${holder.pid}-0-${self.machine}-${self.host}`;
  mkdirSync(path.join(`${site.file}.intents`, name));
  onTestFinished(withoutTimersOf(8));
  const first = waiterOf(site);
  holder.kill();
  await holder.ended;
  const second = waiterOf(site);
  expect(await first.ended).toBe('next');
  expect(second.turn()).toBeUndefined();
  first.queue.leave();
  expect(await second.ended).toBe('free');
});

it('a process whose request is out makes no standing intent, whose end would wake nobody', async () => {
  const site = siteOf(newFile());
  const held = new HeldIntent({ revocable: false });
  onTestFinished(() => held.end());
  const made: string[] = [];
  const { mkdirSync } = fs;
  const note = (...args: unknown[]) => {
    const name = path.basename(plainPath(args[0]));
    if (isIntentName(name)) made.push(name.slice(0, 1));
    return mkdirSync(...(args as Parameters<typeof mkdirSync>));
  };
  onTestFinished(interceptFs({ mkdirSync: note }));
  // All at one time: a busy machine may take longer than the intent of a next commit would stand.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1e6);
  onTestFinished(() => clock.mockRestore());
  await held.attempt(site, optionsOf([]));
  await held.attempt(site, optionsOf([{ key: 'a', raw: '1' }]));
  held.end();
  const { name } = createTicket(site, 'request', 1, line);
  await held.attempt(site, { ...optionsOf([]), own: name });
  expect(made).toEqual(['i', 'k', 'i']);
});

it('a process that has committed its own request removes it before its intent', async () => {
  const site = siteOf(newFile());
  const held = new HeldIntent({ revocable: false });
  const { name } = createTicket(site, 'request', 1, line);
  const left: boolean[] = [];
  const { rmdirSync } = fs;
  const look = (...args: unknown[]) => {
    if (isIntentName(path.basename(plainPath(args[0]))))
      left.push(readdirSync(`${site.file}.intents`).includes(name));
    return rmdirSync(...(args as Parameters<typeof rmdirSync>));
  };
  onTestFinished(interceptFs({ rmdirSync: look }));
  await held.attempt(site, { ...optionsOf([]), own: name });
  held.end();
  expect(left.length).toBeGreaterThan(0);
  expect(left).not.toContain(true);
});
