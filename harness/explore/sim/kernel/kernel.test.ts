import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerOf, CallOf, KernelCallName } from './calls.js';
import { Errno } from './errno.js';
import { Kernel, type KernelOptions } from './kernel.js';
import { OurSide } from './our-side.test.helper.js';
import { flag, type Process, type ProcessOptions } from './process.js';
import { describeStep, stepOf } from './sequences.test.helper.js';

/** A kernel with some processes, whose calls answer the name of an errno where they fail. */
function setUp(options: KernelOptions = {}) {
  const kernel = new Kernel(options);
  const root = kernel.start({ client: -1, umask: 0 });
  const make = <Name extends KernelCallName>(process: Process, call: CallOf<Name>) => {
    const answer = kernel.call(process, call);
    return answer instanceof Errno ? answer.code : answer;
  };
  const directory = (path: string, mode = 0o777) => make(root, { call: 'mkdir', path, mode });
  const file = (path: string, text = '', process = root): void => {
    const flags = flag.WRONLY | flag.CREAT;
    const fd = need(kernel.call(process, { call: 'open', path, flags, mode: 0o666 }));
    make(process, { call: 'write', fd, bytes: Buffer.from(text) });
    make(process, { call: 'close', fd });
  };
  const open = (process: Process, path: string, flags = 0) =>
    need(kernel.call(process, { call: 'open', path, flags, mode: 0o666 }));
  const start = (more: Partial<ProcessOptions> = {}) => kernel.start({ client: 0, ...more });
  const bytes = (path: string) => Buffer.from(kernel.peek(path)?.content() ?? 'none').toString();
  return { kernel, root, make, directory, file, open, start, bytes };
}

function need<T>(answer: T | Errno): T {
  if (answer instanceof Errno) throw new Error(answer.code);
  return answer;
}

function stats(answer: string | AnswerOf<'stat'>): AnswerOf<'stat'> {
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
}

describe('numbers and times', () => {
  it('a number says which client made a file, and as which, however the others lie between', () => {
    const { kernel, file, start } = setUp();
    const [a, b] = [start({ client: 0 }), start({ client: 1 })];
    file('/a1', '', a);
    file('/b1', '', b);
    file('/a2', '', a);
    file('/first');
    const numbers = ['/a1', '/a2', '/b1', '/first'].map((path) => kernel.peek(path)?.ino);
    expect(numbers).toEqual([200_001, 200_002, 300_001, 100_001]);
  });

  it('a number is used again only where that is asked for, and not while a process has the file open', () => {
    for (const reusesInodes of [false, true]) {
      const { kernel, root, make, file, open } = setUp({ reusesInodes });
      file('/a');
      const before = kernel.peek('/a')?.ino;
      const fd = open(root, '/a');
      make(root, { call: 'unlink', path: '/a' });
      file('/b');
      expect(kernel.peek('/b')?.ino).not.toBe(before);
      make(root, { call: 'close', fd });
      file('/c');
      expect(kernel.peek('/c')?.ino === before).toBe(reusesInodes);
    }
  });

  it('times are those of the clock, rounded down to what the disk can tell apart', () => {
    const { kernel, root, make, file } = setUp({ now: 5e9, granularity: 4e6 });
    kernel.now = 5e9 + 7_999_999;
    file('/a', 'x');
    const { mtime, ctime, birthtime } = stats(make(root, { call: 'stat', path: '/a' }));
    expect([mtime, ctime, birthtime]).toEqual([5_004_000_000, 5_004_000_000, 5_004_000_000]);
  });

  it('each call changes the times that it changes on Linux', () => {
    const { kernel, root, make, directory, file } = setUp();
    directory('/d');
    file('/d/a', 'text');
    const changed = (call: Parameters<typeof make>[1], path: string): string => {
      kernel.now += 10;
      const { now } = kernel;
      make(root, call);
      const inode = kernel.peek(path);
      return [inode?.mtime === now ? 'm' : '', inode?.ctime === now ? 'c' : ''].join('');
    };
    expect(changed({ call: 'chmod', path: '/d/a', mode: 0o600 }, '/d/a')).toBe('c');
    expect(changed({ call: 'truncate', path: '/d/a', size: 4 }, '/d/a')).toBe('');
    expect(changed({ call: 'truncate', path: '/d/a', size: 2 }, '/d/a')).toBe('mc');
    expect(changed({ call: 'link', path: '/d/a', to: '/d/b' }, '/d/a')).toBe('c');
    expect(changed({ call: 'link', path: '/d/a', to: '/d/c' }, '/d')).toBe('mc');
    expect(changed({ call: 'rename', path: '/d/c', to: '/d/e' }, '/d')).toBe('mc');
    expect(changed({ call: 'rename', path: '/d/e', to: '/d/f' }, '/d/a')).toBe('c');
    expect(changed({ call: 'unlink', path: '/d/f' }, '/d/a')).toBe('c');
    expect(changed({ call: 'utimes', path: '/d/a', mtime: 1 }, '/d/a')).toBe('c');
    expect(changed({ call: 'readdir', path: '/d' }, '/d')).toBe('');
  });
});

describe('a call in two halves', () => {
  it('goes on in the directory that it had found, though that has another name now', () => {
    const { kernel, root, make, directory, file, bytes } = setUp();
    directory('/mine');
    file('/mine/new', 'text');
    file('/f', 'old');
    const call = { call: 'rename', path: '/mine/new', to: '/f' } as const;
    const pin = need(kernel.resolve(root, { ...call, call: 'resolve' }));
    make(root, { call: 'rename', path: '/mine', to: '/away' });
    expect(make(root, { ...call, pin })).toBeUndefined();
    expect(bytes('/f')).toBe('text');
  });

  it('fails in a directory that was removed meanwhile, though there is a new one of that name', () => {
    const { kernel, root, make, directory, file, bytes } = setUp();
    directory('/mine');
    file('/f', 'old');
    const call = { call: 'rename', path: '/mine/new', to: '/f' } as const;
    const pin = need(kernel.resolve(root, { ...call, call: 'resolve' }));
    make(root, { call: 'rmdir', path: '/mine' });
    directory('/mine');
    file('/mine/new', 'text');
    expect(make(root, { ...call, pin })).toBe('ENOENT');
    expect(bytes('/f')).toBe('old');
  });

  it('keeps the number of a removed directory for itself until it is made', () => {
    const { kernel, root, make, directory } = setUp({ reusesInodes: true });
    directory('/mine');
    const before = kernel.peek('/mine')?.ino;
    const call = { call: 'unlink', path: '/mine/new' } as const;
    const pin = need(kernel.resolve(root, { ...call, call: 'resolve' }));
    make(root, { call: 'rmdir', path: '/mine' });
    directory('/next');
    expect(kernel.peek('/next')?.ino).not.toBe(before);
    make(root, { ...call, pin });
    directory('/last');
    expect(kernel.peek('/last')?.ino).toBe(before);
  });

  it('looks its last name up in the second half', () => {
    const { kernel, root, make, file } = setUp();
    const call = { call: 'stat', path: '/f' } as const;
    const pin = need(kernel.resolve(root, { ...call, call: 'resolve' }));
    file('/f', 'text');
    expect(stats(make(root, { ...call, pin })).size).toBe(4);
    // It is made once.
    expect(make(root, { ...call, pin })).toBe('EINVAL');
  });

  it('fails in its first half where a directory on the way is missing or closed', () => {
    const { kernel, start, directory } = setUp();
    directory('/closed', 0o700);
    const user = start({ uid: 1000 });
    const resolve = (path: string) => kernel.resolve(user, { call: 'resolve', path });
    expect(resolve('/missing/f')).toMatchObject({ code: 'ENOENT' });
    expect(resolve('/closed/f')).toMatchObject({ code: 'EACCES' });
  });

  it('answers as the whole call does if nothing comes between, whatever came before', () => {
    const numbers = fc.array(fc.noShrink(fc.integer()), { maxLength: 60, size: 'max' });
    let failed = 0;
    const property = fc.property(numbers, (sequence) => {
      const [whole, split] = [false, true].map(
        (splits) => new OurSide('/n/n/n/n', [0, 1000], [0o022, 0o077], 1000, true, splits),
      );
      sequence.forEach((number, at) => {
        const step = stepOf(number, at < 12);
        const [wanted, found] = [whole?.make(step), split?.make(step)];
        // Of two things that are wrong the first half may find the other one.
        const isError = /^E[A-Z]+$/;
        if (wanted !== found && isError.test(`${wanted}`) && isError.test(`${found}`)) failed++;
        else if (wanted !== found) expect(`${describeStep(step)}: ${found}`).toBe(wanted);
      });
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
    expect(failed).toBeLessThan(300);
  });

  it('answers as the whole call does for each kind of path', () => {
    const { kernel, root, make, directory, file } = setUp();
    directory('/d');
    file('/d/f', 'text');
    make(root, { call: 'symlink', target: 'd/f', path: '/soft' });
    for (const path of ['/d/f', '/soft', '/d/', '/d/..', '/', '/missing', '/soft/']) {
      const pin = need(kernel.resolve(root, { call: 'resolve', path }));
      const whole = make(root, { call: 'stat', path });
      expect(make(root, { call: 'stat', path, pin })).toEqual(whole);
    }
  });
});

describe('mounts', () => {
  it('a name is neither linked nor moved from one disk to another, and a mount point is neither removed nor replaced', () => {
    const { kernel, root, make, directory, file } = setUp();
    for (const path of ['/a', '/b']) directory(path);
    kernel.mount(kernel.newDisk(), '/b');
    file('/a/f', 'text');
    file('/b/g');
    expect(make(root, { call: 'rename', path: '/a/f', to: '/b/f' })).toBe('EXDEV');
    expect(make(root, { call: 'link', path: '/a/f', to: '/b/f' })).toBe('EXDEV');
    expect(make(root, { call: 'rmdir', path: '/b' })).toBe('EBUSY');
    expect(make(root, { call: 'rename', path: '/b', to: '/c' })).toBe('EBUSY');
    expect(make(root, { call: 'rename', path: '/a', to: '/b' })).toBe('EBUSY');
    const [a, b] = ['/a', '/b'].map((path) => stats(make(root, { call: 'stat', path })).dev);
    expect(a).not.toBe(b);
    expect(make(root, { call: 'realpath', path: '/b/../b/g' })).toBe('/b/g');
    expect(make(root, { call: 'copyFile', path: '/a/f', to: '/b/f' })).toBeUndefined();
  });

  it('a single file that is mounted over another can be written, and not replaced', () => {
    const { kernel, root, make, directory, file, open, bytes } = setUp();
    directory('/host');
    file('/host/auth', 'outside');
    file('/auth');
    file('/new', 'new');
    kernel.mount('/host/auth', '/auth');
    expect(bytes('/auth')).toBe('outside');
    expect(make(root, { call: 'rename', path: '/new', to: '/auth' })).toBe('EBUSY');
    expect(make(root, { call: 'unlink', path: '/auth' })).toBe('EBUSY');
    const fd = open(root, '/auth', flag.WRONLY | flag.TRUNC);
    make(root, { call: 'write', fd, bytes: Buffer.from('in place') });
    expect(bytes('/host/auth')).toBe('in place');
  });
});

describe('room', () => {
  it('a write is cut where the disk is full, and the next one fails; room comes back with what is removed', () => {
    const { kernel, root, make, file, open } = setUp();
    const { disk } = kernel.root.entry.inode;
    file('/big', 'x'.repeat(100));
    disk.room.bytes = 3;
    const fd = open(root, '/f', flag.RDWR | flag.CREAT);
    const bytes = Buffer.from('text');
    expect(make(root, { call: 'write', fd, bytes })).toBe(3);
    expect(make(root, { call: 'write', fd, bytes })).toBe('ENOSPC');
    // What is there can be written again.
    expect(make(root, { call: 'write', fd, bytes: bytes.subarray(0, 3), position: 0 })).toBe(3);
    expect(make(root, { call: 'mkdir', path: '/d' })).toBe('ENOSPC');
    const held = open(root, '/big');
    make(root, { call: 'unlink', path: '/big' });
    expect(make(root, { call: 'write', fd, bytes })).toBe('ENOSPC');
    make(root, { call: 'close', fd: held });
    expect(disk.room.bytes).toBe(100);
    expect(make(root, { call: 'write', fd, bytes })).toBe(4);
  });

  it('no new file is made where there is room for none', () => {
    const { kernel, root, make } = setUp();
    kernel.root.entry.inode.disk.room.files = 1;
    expect(make(root, { call: 'symlink', target: 'x', path: '/one' })).toBeUndefined();
    for (const path of ['/two', '/three']) {
      expect(make(root, { call: 'mkdir', path })).toBe('ENOSPC');
      expect(make(root, { call: 'open', path, flags: flag.CREAT | flag.WRONLY })).toBe('ENOSPC');
    }
    make(root, { call: 'unlink', path: '/one' });
    expect(make(root, { call: 'mkdir', path: '/two' })).toBeUndefined();
  });

  it('a quota is that of one user', () => {
    const { kernel, root, make, directory, open, start } = setUp();
    directory('/d');
    kernel.root.entry.inode.disk.quotas.set(1000, { bytes: 2, files: 1 });
    const user = start({ uid: 1000 });
    const fd = open(user, '/d/f', flag.WRONLY | flag.CREAT);
    const bytes = Buffer.from('text');
    expect(make(user, { call: 'write', fd, bytes })).toBe(2);
    expect(make(user, { call: 'write', fd, bytes })).toBe('EDQUOT');
    expect(make(user, { call: 'open', path: '/d/g', flags: flag.WRONLY | flag.CREAT })).toBe('EDQUOT');
    const other = open(root, '/d/g', flag.WRONLY | flag.CREAT);
    expect(make(root, { call: 'write', fd: other, bytes })).toBe(4);
    expect(make(root, { call: 'chown', path: '/d/g', uid: 1000, gid: -1 })).toBe('EDQUOT');
  });
});

describe('locks', () => {
  it('one is exclusive, or shared by those who only read, and belongs to what open has made', () => {
    const { make, file, open, start } = setUp();
    file('/f');
    const [a, b] = [start({ client: 0 }), start({ client: 1 })];
    const [fa, fb] = [open(a, '/f'), open(b, '/f')];
    expect(make(a, { call: 'lock', fd: fa, isShared: true })).toBeUndefined();
    expect(make(b, { call: 'lock', fd: fb, isShared: true })).toBeUndefined();
    expect(make(b, { call: 'lock', fd: fb })).toBe('EAGAIN');
    make(a, { call: 'unlock', fd: fa });
    expect(make(b, { call: 'lock', fd: fb })).toBeUndefined();
    expect(make(a, { call: 'lock', fd: fa, isShared: true })).toBe('EAGAIN');
    const again = open(b, '/f');
    expect(make(b, { call: 'lock', fd: again })).toBe('EAGAIN');
    make(b, { call: 'close', fd: fb });
    expect(make(a, { call: 'lock', fd: fa })).toBeUndefined();
  });

  it('a dead process has none, and nothing open', () => {
    const { kernel, make, file, open, start } = setUp();
    file('/f');
    const [a, b] = [start({ client: 0 }), start({ client: 1 })];
    make(a, { call: 'lock', fd: open(a, '/f') });
    const fd = open(b, '/f');
    expect(make(b, { call: 'lock', fd })).toBe('EAGAIN');
    kernel.end(a);
    expect(make(b, { call: 'lock', fd })).toBeUndefined();
    expect(make(a, { call: 'fstat', fd: 3 })).toBe('EBADF');
  });
});

describe('what a comparison with a real disk does not come to, or seldom', () => {
  it('truncate asks for permission to write, and for none to read', () => {
    const { root, make, file, start, bytes } = setUp();
    file('/f', 'text');
    make(root, { call: 'chmod', path: '/f', mode: 0o222 });
    const user = start({ uid: 1000 });
    expect(make(user, { call: 'truncate', path: '/f', size: 2 })).toBeUndefined();
    expect(bytes('/f')).toBe('te');
    make(root, { call: 'chmod', path: '/f', mode: 0o444 });
    expect(make(user, { call: 'truncate', path: '/f', size: 1 })).toBe('EACCES');
    expect(make(root, { call: 'truncate', path: '/', size: 1 })).toBe('EISDIR');
  });

  it('a link leads to what a process has open, and fails in one that has not', () => {
    const { kernel, root, make, directory, file, open, start } = setUp();
    directory('/d');
    file('/d/f', 'text');
    const process = start();
    const fd = open(process, '/d');
    make(root, { call: 'symlink', target: `/proc/self/fd/${fd}/f`, path: '/way' });
    make(root, { call: 'symlink', target: `/dev/fd/${fd}`, path: '/place' });
    make(root, { call: 'rename', path: '/d', to: '/e' });
    expect(stats(make(process, { call: 'stat', path: '/way' })).size).toBe(4);
    expect(make(process, { call: 'realpath', path: '/way' })).toBe('/e/f');
    expect(make(process, { call: 'realpath', path: '/place/../e' })).toBe('/e');
    expect(make(process, { call: 'readlink', path: `/proc/self/fd/${fd}` })).toBe('/e');
    expect(make(root, { call: 'stat', path: '/way' })).toBe('ENOENT');
    make(root, { call: 'unlink', path: '/e/f' });
    make(root, { call: 'rmdir', path: '/e' });
    expect(make(process, { call: 'readlink', path: `/proc/self/fd/${fd}` })).toBe('/e (deleted)');
    expect(make(process, { call: 'mkdir', path: '/place/x' })).toBe('ENOENT');
    expect(kernel.peek('/way')).toBeUndefined();
  });

  it('a path goes through forty links, and through no more', () => {
    const { root, make, file } = setUp();
    file('/f', 'text');
    for (let count = 1; count <= 41; count++)
      make(root, { call: 'symlink', target: count === 1 ? 'f' : `l${count - 1}`, path: `/l${count}` });
    expect(stats(make(root, { call: 'stat', path: '/l40' })).size).toBe(4);
    expect(make(root, { call: 'realpath', path: '/l40' })).toBe('/f');
    for (const call of ['stat', 'realpath'] as const)
      expect(make(root, { call, path: '/l41' })).toBe('ELOOP');
  });

  it('only a member of the group of a file sets its set-group-id bit', () => {
    const { kernel, root, make, file, start } = setUp();
    const user = start({ uid: 7, gid: 8, groups: [9] });
    const modes = [8, 9, 10].map((gid) => {
      file(`/${gid}`);
      make(root, { call: 'chown', path: `/${gid}`, uid: 7, gid });
      make(user, { call: 'chmod', path: `/${gid}`, mode: 0o2755 });
      return kernel.peek(`/${gid}`)?.mode.toString(8);
    });
    expect(modes).toEqual(['2755', '2755', '755']);
  });

  it('a process has only so many files open', () => {
    const { make, file, open, start } = setUp();
    file('/f');
    const process = start({ descriptorsMax: 5 });
    const [one] = [open(process, '/f'), open(process, '/f')];
    expect(make(process, { call: 'open', path: '/f', flags: 0 })).toBe('EMFILE');
    expect(make(process, { call: 'readdir', path: '/' })).toBe('EMFILE');
    make(process, { call: 'close', fd: one ?? -1 });
    expect(open(process, '/f')).toBe(one);
  });

  it('a process goes into no directory that it may not search', () => {
    const { kernel, make, directory, file, start } = setUp();
    directory('/open');
    directory('/closed', 0o600);
    file('/open/f');
    const user = start({ uid: 7 });
    expect(kernel.changeDirectory(user, '/open')).toBeUndefined();
    expect(make(user, { call: 'access', path: 'f' })).toBeUndefined();
    for (const [path, code] of Object.entries({ '/closed': 'EACCES', f: 'ENOTDIR', g: 'ENOENT' }))
      expect(kernel.changeDirectory(user, path)).toMatchObject({ code });
    expect(make(user, { call: 'realpath', path: 'f' })).toBe('/open/f');
  });

  it('a watch needs something that can be read', () => {
    const { kernel, root, make, file, start } = setUp();
    file('/f');
    expect(make(root, { call: 'watch', path: '/f' })).toBe(kernel.peek('/f')?.id);
    expect(make(root, { call: 'watch', path: '/missing' })).toBe('ENOENT');
    make(root, { call: 'chmod', path: '/f', mode: 0o200 });
    expect(make(start({ uid: 7 }), { call: 'watch', path: '/f' })).toBe('EACCES');
  });

  it('other users link only what they could write, unless the system lets them', () => {
    for (const protectsHardLinks of [true, false]) {
      const { root, make, directory, file, start } = setUp({ protectsHardLinks });
      directory('/d');
      file('/f');
      make(root, { call: 'chmod', path: '/f', mode: 0o644 });
      const answer = make(start({ uid: 7 }), { call: 'link', path: '/f', to: '/d/g' });
      expect(answer).toBe(protectsHardLinks ? 'EPERM' : undefined);
    }
  });
});

it('the log says what would have to reach a disk, and nothing of what only looks', () => {
  const { kernel, root, make, file, open } = setUp({ logs: true });
  file('/f', 'text');
  make(root, { call: 'stat', path: '/f' });
  make(root, { call: 'readdir', path: '/' });
  make(root, { call: 'rename', path: '/f', to: '/g' });
  const fd = open(root, '/');
  make(root, { call: 'fsync', fd });
  kernel.log?.mark('done');
  expect(kernel.log?.changes.map(({ change }) => change)).toEqual([
    'create',
    'entry',
    'data',
    'close',
    'entry',
    'entry',
    'sync',
    'mark',
  ]);
});

it('the same calls have the same answers', () => {
  const run = () => {
    const { kernel, root, make, directory, file, start } = setUp({ logs: true, reusesInodes: true });
    const user = start({ uid: 1000 });
    directory('/d');
    for (let round = 0; round < 20; round++) {
      file(`/d/f${round % 3}`, 'x'.repeat(round), round % 2 === 0 ? root : user);
      make(user, { call: 'rename', path: `/d/f${round % 3}`, to: `/d/f${(round + 1) % 3}` });
      make(root, { call: 'unlink', path: `/d/f${(round + 2) % 3}` });
    }
    return [kernel.log?.changes, make(root, { call: 'readdir', path: '/d' })];
  };
  expect(run()).toEqual(run());
});
