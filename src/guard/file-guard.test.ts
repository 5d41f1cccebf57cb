import {
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GuardedFile } from '../store/file/foreign/guarded-file.js';
import { interceptEach } from '../store/intercept.test.helper.js';
import { newFile, textOf } from '../store/scratch.test.helper.js';
import { openStore } from '../store/store.js';
import { FileGuard } from './file-guard.js';
import type { FileGuardEvent, FileGuardOptions } from './file-guard-options.js';
import { newAgent } from './stepped-agent.test.helper.js';

const entry = (key: string) => ({ type: 'api', key: `made-up-${key}` });
const guards = new Set<FileGuard>();
afterEach(async () => {
  for (const guard of guards) await guard.stop();
  guards.clear();
  vi.restoreAllMocks();
});

async function newGuard(file: string, options: Partial<FileGuardOptions> = {}) {
  const events: FileGuardEvent[] = [];
  const guard = new FileGuard(file, { onEvent: (event) => events.push(event), ...options });
  guards.add(guard);
  await guard.start();
  return { guard, events };
}

function setUp(keys = ['a', 'b']) {
  const file = newFile();
  const entries = Object.fromEntries(keys.map((key) => [key, entry(key)]));
  writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
  const keysNow = () => {
    try {
      return Object.keys(JSON.parse(textOf(file)))
        .toSorted()
        .join(' ');
    } catch {
      return 'torn';
    }
  };
  return { file, keysNow, agents: [newAgent(0, file), newAgent(1, file)] as const };
}

/** Each race, what is there at its end without a guard, and with one. */
const races: [title: string, steps: string[], without: string, guarded: string][] = [
  ['two read the same and set one each', ['0 read', '1 read', '0 set x', '1 set y'], 'a b y', 'a b x y'],
  ['a stale write brings a logout back', ['1 read', '0 read', '0 remove a', '1 set y'], 'a b y', 'b y'],
  ['two remove one each', ['0 read', '1 read', '0 remove a', '1 remove b'], 'a', ''],
  ['a lone logout', ['0 read', '0 remove a'], 'b', 'b'],
  ['one after the other', ['0 read', '0 set x', '1 read', '1 set y'], 'a b x y', 'a b x y'],
];

describe('agents that race for one file', () => {
  it.each(races)('end as the race leaves them without a guard: %s', async (_, steps, without) => {
    const { agents, keysNow } = setUp();
    for (const step of steps) await agents[Number(step[0]) as 0 | 1](step.slice(2));
    expect(keysNow()).toBe(without);
  });

  it.each(races)('end with every change with a guard: %s', async (_, steps, _without, guarded) => {
    const { file, agents, keysNow } = setUp();
    const { events } = await newGuard(file);
    for (const step of steps) {
      const writes = events.filter(({ type }) => type === 'write').length;
      await agents[Number(step[0]) as 0 | 1](step.slice(2));
      // The guard has seen this write before the next one: no watcher could help otherwise.
      if (!step.includes('read'))
        await expect.poll(() => events.filter(({ type }) => type === 'write').length).toBeGreaterThan(writes);
    }
    await expect.poll(keysNow).toBe(guarded);
    await expect
      .poll(async () =>
        Object.keys(await openStore(file).all())
          .toSorted()
          .join(' '),
      )
      .toBe(guarded);
  });
});

describe('a guard', () => {
  it('puts back what a program erased because it took the torn file for empty', async () => {
    const { file, agents, keysNow } = setUp(['a', 'b', 'c']);
    const { events } = await newGuard(file);
    const whole = textOf(file);
    truncateSync(file, 20);
    await agents[0]('read');
    writeFileSync(file, whole);
    await agents[0]('set x');
    await expect.poll(keysNow).toBe('a b c x');
    await expect.poll(() => events).toContainEqual(expect.objectContaining({ type: 'write', set: ['x'] }));
  });

  it('puts the truth into a file that stays torn', async () => {
    const { file, keysNow } = setUp();
    const { events } = await newGuard(file);
    truncateSync(file, 20);
    await expect.poll(keysNow).toBe('a b');
    expect(events).toContainEqual({ type: 'torn' });
  });

  it('finds what a program wrote into a file that a repair had replaced', async () => {
    const { file, agents, keysNow } = setUp();
    const { events } = await newGuard(file);
    await agents[0]('read');
    await agents[1]('read');
    await agents[0]('set x');
    await expect.poll(keysNow).toBe('a b x');
    await agents[0]('read');
    await agents[0]('open');
    await agents[1]('set y');
    await expect.poll(keysNow).toBe('a b x y');
    await agents[0]('late z');
    await expect.poll(keysNow).toBe('a b x y z');
    expect(events).toContainEqual(expect.objectContaining({ type: 'write', kind: 'late', set: ['z'] }));
  });

  it('leaves a removed file alone, and takes what comes for a new beginning', async () => {
    const { file, agents, keysNow } = setUp();
    const { events } = await newGuard(file);
    unlinkSync(file);
    await expect.poll(() => events).toContainEqual({ type: 'removed' });
    await agents[0]('read');
    await agents[0]('set x');
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'write', set: ['x'], putBack: [] });
    expect(keysNow()).toBe('x');
  });

  it('brings no removed file back at its end', async () => {
    const { file, agents } = setUp();
    const { guard, events } = await newGuard(file);
    await agents[0]('read');
    await agents[0]('set x');
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'write', set: ['x'] });
    unlinkSync(file);
    guards.delete(guard);
    await guard.stop();
    expect(existsSync(file)).toBe(false);
  });

  it('keeps the state before for restore, where several entries are gone at once', async () => {
    const { file, keysNow } = setUp(['a', 'b', 'c', 'd']);
    await newGuard(file);
    writeFileSync(file, JSON.stringify({ a: entry('a') }));
    const kept = () => readdirSync(path.dirname(file)).filter((name) => name.includes('.corrupt-'));
    await expect.poll(() => kept().length).toBe(1);
    expect(keysNow()).toBe('a');
    expect(readFileSync(path.join(path.dirname(file), kept()[0] ?? ''), 'utf8')).toContain('made-up-d');
  });

  it('keeps the state before, too, where a write may have been a logout from an old copy, or have meant nothing', async () => {
    const { file, agents, keysNow } = setUp(['a']);
    const { events } = await newGuard(file);
    for (const key of ['b', 'c']) {
      await agents[0]('read');
      await agents[0](`set ${key}`);
      await expect.poll(() => events.at(-1)).toMatchObject({ type: 'write', set: [key] });
    }
    writeFileSync(file, JSON.stringify({ a: entry('a') }));
    await expect.poll(keysNow).toBe('a c');
    const kept = () => readdirSync(path.dirname(file)).filter((name) => name.includes('.corrupt-'));
    await expect.poll(() => kept().length).toBe(1);
    expect(readFileSync(path.join(path.dirname(file), kept()[0] ?? ''), 'utf8')).toContain('made-up-b');
  });

  it('changes nothing in a dry run', async () => {
    const { file, agents, keysNow } = setUp();
    const { events } = await newGuard(file, { dryRun: true });
    await agents[0]('read');
    await agents[1]('read');
    await agents[0]('set x');
    await expect.poll(() => events.length).toBe(2);
    await agents[1]('set y');
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'stale', set: ['y'], putBack: ['x'] });
    expect(keysNow()).toBe('a b y');
    expect(readdirSync(path.dirname(file)).toSorted()).toEqual(['auth.json', 'auth.json.guard']);
  });

  it('is alone on guard: a second one waits, and follows when the first ends', async () => {
    const { file, agents, keysNow } = setUp();
    const first = await newGuard(file);
    const second = await newGuard(file);
    expect([first.events, second.events]).toEqual([[{ type: 'on guard' }], [{ type: 'waits' }]]);
    guards.delete(first.guard);
    await first.guard.stop();
    await expect.poll(() => second.events).toContainEqual({ type: 'on guard' });
    await agents[0]('read');
    await agents[1]('read');
    await agents[0]('set x');
    await expect.poll(() => second.events.length).toBe(3);
    await agents[1]('set y');
    await expect.poll(keysNow).toBe('a b x y');
    guards.delete(second.guard);
    await second.guard.stop();
    expect(readdirSync(path.dirname(file))).not.toContain('auth.json.guard');
  });

  it('waits for the directory of the file, and guards the file in it', async () => {
    const { file, agents, keysNow } = setUp();
    const directory = path.dirname(file);
    renameSync(directory, `${directory}-away`);
    const { events } = await newGuard(file);
    expect(events).toEqual([{ type: 'no directory' }]);
    renameSync(`${directory}-away`, directory);
    await expect.poll(() => events.at(-1)).toEqual({ type: 'on guard' });
    for (const agent of agents) await agent('read');
    await agents[1]('set y');
    await expect.poll(() => events.length).toBe(3);
    await agents[0]('set x');
    await expect.poll(keysNow).toBe('a b x y');
  });

  it.skipIf(process.geteuid?.() !== 0)('of root leaves its notes to the user of the directory', () => {
    const { file } = setUp();
    chownSync(path.dirname(file), 1000, 1000);
    for (const round of ['new', 'there']) {
      GuardedFile.openLog(file)?.close();
      expect([round, statSync(`${file}.guard.jsonl`).uid]).toEqual([round, 1000]);
    }
  });

  it('forgets the states before, where another guard had its turn in between', async () => {
    const { file, agents, keysNow } = setUp();
    const first = await newGuard(file);
    const second = await newGuard(file);
    const [ticket] = readdirSync(`${file}.guard`).toSorted((a, b) => (a < b ? -1 : 1));
    // As a guard finds it that was stopped for so long that another one has removed its ticket.
    unlinkSync(path.join(`${file}.guard`, ticket ?? ''));
    await expect.poll(() => second.events).toContainEqual({ type: 'on guard' });
    await expect.poll(() => first.events).toContainEqual({ type: 'waits' });
    guards.delete(second.guard);
    await second.guard.stop();
    await expect.poll(() => first.events.filter(({ type }) => type === 'on guard').length).toBe(2);
    expect(keysNow()).toBe('a b');
    await agents[0]('read');
    await agents[0]('set x');
    await expect.poll(() => first.events.at(-1)).toMatchObject({ type: 'write', set: ['x'], putBack: [] });
    expect(keysNow()).toBe('a b x');
  });

  it('judges nothing that happened while it was stopped', async () => {
    const { file } = setUp();
    const { events } = await newGuard(file);
    // Two logouts and a login, and a look long afterwards: as one write they look like a misread.
    for (const keys of [['b'], [], ['c']])
      writeFileSync(file, JSON.stringify(Object.fromEntries(keys.map((key) => [key, entry(key)]))));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
    await expect.poll(() => events.filter(({ type }) => type === 'on guard')).toHaveLength(2);
    await openStore(file).set('d', entry('d'));
    expect(Object.keys(JSON.parse(textOf(file))).toSorted()).toEqual(['c', 'd']);
  });

  it('takes no file for removed that was missing as it was stopped, and is there as it begins anew', async () => {
    const [now, look] = [performance.now.bind(performance), vi.spyOn(GuardedFile.prototype, 'look')];
    const began = now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => began);
    const { file, keysNow } = setUp();
    const { guard, events } = await newGuard(file);
    const text = textOf(file);
    unlinkSync(file);
    await expect.poll(() => look.mock.results.some(({ value }) => value?.kind === 'missing')).toBe(true);
    writeFileSync(file, text);
    clock.mockImplementation(() => now() + 2_500);
    await expect.poll(() => events.filter(({ type }) => type === 'on guard')).toHaveLength(2);
    const looks = look.mock.calls.length;
    await expect.poll(() => look.mock.calls.length).toBeGreaterThan(looks + 2);
    guards.delete(guard);
    await guard.stop();
    expect([events.map(({ type }) => type), keysNow()]).toEqual([['on guard', 'on guard'], 'a b']);
  });

  it('watches on a disk that is read-only, if it is to change nothing', async () => {
    const { file, agents } = setUp();
    const refusal = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    const end = interceptEach(['mkdirSync'], (original) => (place, ...rest) => {
      if (String(place).endsWith('.guard')) throw refusal;
      return original?.(place, ...rest);
    });
    try {
      const { events } = await newGuard(file);
      expect(events).toEqual([expect.objectContaining({ type: 'failed' })]);
      const { events: seen } = await newGuard(file, { dryRun: true });
      for (const step of ['read', 'set x']) await agents[0](step);
      await expect.poll(() => seen.map(({ type }) => type)).toEqual(['on guard', 'write']);
    } finally {
      end();
    }
  });

  it.each([
    ['', {}],
    [' in a dry run, too', { dryRun: true }],
  ])('says what is in the way of its ticket%s, and ends all the same', async (_, options) => {
    const { file } = setUp();
    writeFileSync(`${file}.guard`, '');
    const { guard, events } = await newGuard(file, options);
    expect(events).toEqual([
      expect.objectContaining({ type: 'failed', reason: expect.stringContaining('.guard') }),
    ]);
    guards.delete(guard);
    expect(await guard.stop()).toMatchObject({ failures: 1 });
  });

  it('reports the same failure once', async () => {
    const file = newFile();
    writeFileSync(file, 'no JSON', { mode: 0o600 });
    const { events } = await newGuard(file);
    await expect.poll(() => events.filter(({ type }) => type === 'failed')).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(1);
  });

  it('makes its ticket readable to its user alone', async () => {
    const { file } = setUp();
    await newGuard(file);
    expect(statSync(`${file}.guard`).mode & 0o777).toBe(0o700);
  });

  it('loses nothing of what the store acknowledged on the same file', async () => {
    const { file, agents } = setUp();
    await newGuard(file);
    const store = openStore(file);
    for (let n = 0; n < 5; n++) {
      await agents[0]('read');
      await store.set(`ours-${n}`, entry('ours'));
      await agents[0](`set theirs-${n}`);
      await expect
        .poll(async () => Object.keys(await store.all()))
        .toEqual(expect.arrayContaining([`ours-${n}`, `theirs-${n}`]));
    }
    expect(Object.keys(await store.all())).toHaveLength(12);
  });
});
