import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../../src/tiers.test.helper.js';
import type { ExploreOptions } from '../explore.js';
import { explore, fixture, needsStrace, searchProcesses } from '../explore.test.helper.js';
import { summaryOf } from '../report/summary.js';
import { unsteeredIn } from './audit-unsteered.js';
import type { Exploration } from './exploration.js';
import { withBlindSpots, withUnsteered } from './unsteered.js';

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-unsteered-'));
afterAll(() => rmSync(directory, { recursive: true }));

const targetOf = (way: string, at: string) => `${fixture('unsteered.mjs')}?way=${way}&at=${at}`;
const search = (way: string, at: string, more: ExploreOptions = {}) =>
  explore({
    target: targetOf(way, at),
    strategy: 'dfs',
    preemptions: 0,
    ...more,
  });

describe('a store whose lock the gate does not steer', () => {
  const locks = [
    ['directory', 'mkdir '],
    ['socket', 'listen on '],
  ] as const;
  it.each(locks.slice(1))('the gate sees the lock that it does not steer: %s', async (way, words) => {
    const at = path.join(directory, `${way}-seen`);
    const found = await searchProcesses({ target: targetOf(way, at), clients: ['set a'] });
    expect(found.unsteered.join()).toContain(words + at);
  });

  eachInTiers(locks)(
    'a search of a store with such a lock never says that it tried all interleavings: %s',
    async (way, words) => {
      const at = path.join(directory, way);
      const found = await search(way, at, { clients: ['set a'] });
      expect(found).toMatchObject({ result: 'unknown', cause: 'blind', exhausted: false, failures: [] });
      expect(found.reason).toContain(words + at);
      const summary = summaryOf(found).join('\n');
      expect(summary).toContain('of the calls that were stopped: not all of them tried');
      expect(summary).not.toContain('No execution broke a guarantee');
    },
  );

  it('a client that waits in the kernel is not called stuck', async () => {
    const at = path.join(directory, 'pipe');
    execFileSync('mkfifo', [at]);
    const found = await search('pipe', at, { patienceMs: 2000 });
    expect(found).toMatchObject({ result: 'unknown', cause: 'uncontrolled', failures: [] });
    expect(found.reason).toContain('it waits inside a call that the gate does not stop');
  });

  // Its short twin is the verdict on such an add-on, below.
  it('a real add-on counts as no lock if strace sees no call of it', long, async () => {
    needsStrace();
    const { result, reason } = await search('addon', addon(), { clients: ['set a'] });
    expect([result, reason]).toEqual(['valid', undefined]);
  });
});

/** One that is installed for the tests themselves. */
function addon(): string {
  const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  const [name = ''] = readdirSync(packages).filter((one) => one.startsWith('lightningcss-'));
  const place = path.join(packages, name);
  const [file = ''] = readdirSync(place).filter((one) => one.endsWith('.node'));
  return path.join(place, file);
}

it('strace sees locks of the kernel, sockets and changes elsewhere, and leaves out what Node does on its own', () => {
  const lines = [
    '12 flock(19</tmp/x.lock>, LOCK_EX) = 0',
    '12 fcntl(20</box/db>, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=1}) = 0',
    '12 fcntl(1</tmp/out>, F_GETFL) = 0x8001 (flags O_WRONLY|O_LARGEFILE)',
    '12 connect(21<socket:[7]>, {sa_family=AF_UNIX, sun_path="/run/lock.sock"}, 110) = 0',
    '12 connect(21<socket:[7]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT',
    '12 bind(22<socket:[8]>, {sa_family=AF_INET, sin_port=htons(4096), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
    '12 openat(AT_FDCWD</box>, "/tmp/y.lock", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 23</tmp/y.lock>',
    '12 openat(AT_FDCWD</box>, "/dev/null", O_RDWR|O_CLOEXEC) = 24</dev/null>',
    '12 openat(AT_FDCWD</box>, "/usr/lib/libc.so", O_RDONLY|O_CLOEXEC) = 25</usr/lib/libc.so>',
    '12 openat(AT_FDCWD</box>, "/box/mine", O_RDWR|O_CREAT, 0600) = 26</box/mine>',
    '12 mkdirat(AT_FDCWD</box>, "/tmp/z.lock", 0777) = 0',
    '12 unlinkat(AT_FDCWD</box>, "/tmp/z.lock", AT_REMOVEDIR) = 0',
    '12 creat("/tmp/w.lock", 0600) = 27</tmp/w.lock>',
  ];
  expect(unsteeredIn([lines.join('\n')], '/box')).toEqual([
    ...['connect to /run/lock.sock', 'flock /tmp/x.lock', 'listen on 4096', 'lock a part of /box/db'],
    ...['mkdir /tmp/z.lock', 'open /tmp/w.lock', 'open /tmp/y.lock', 'rmdir /tmp/z.lock'],
  ]);
});

describe('the verdict after the audit', () => {
  const found = { result: 'valid', exhausted: true, bound: 'all interleavings' } as Exploration;

  it('the verdict on a store that does nothing outside the gate stays as it is', () => {
    expect(withBlindSpots(found, [], [])).toEqual({ ...found, audited: true });
    expect(withBlindSpots(found, [], undefined)).toEqual({ ...found, audited: false });
  });

  it('the verdict on a failure stays invalid', () => {
    const broken = { ...found, result: 'invalid' } as Exploration;
    expect(withUnsteered(broken, ['listen on 1'])).toMatchObject({ result: 'invalid', exhausted: false });
  });

  it('the verdict is unknown where an add-on was loaded that could not be watched', () => {
    const words = ['load the native add-on fs-ext.node'];
    expect(withBlindSpots(found, words, undefined)).toMatchObject({ result: 'unknown', audited: false });
    expect(withBlindSpots(found, words, ['flock /tmp/x'])).toMatchObject({
      reason: expect.stringMatching(/flock \/tmp\/x$/),
    });
  });

  it('an add-on counts as no lock if strace sees no call of it', () => {
    expect(withBlindSpots(found, ['load the native add-on fs-ext.node'], [])).toEqual({
      ...found,
      audited: true,
    });
  });
});
