import { describe, expect, it } from 'vitest';
import type { KernelCall } from './calls.js';
import { Errno } from './errno.js';
import { Kernel } from './kernel.js';
import { type PlatformName, platforms } from './platform.js';
import { flag } from './process.js';

/** Two processes of root on one disk. */
function machineOf(name: PlatformName) {
  const kernel = new Kernel({ platform: platforms[name], now: 1_500_000_000 });
  const [a, b] = [kernel.start({ client: 0 }), kernel.start({ client: 1 })];
  const make = (process: typeof a, call: KernelCall) => {
    const answer = kernel.call(process, call as never) as unknown;
    return answer instanceof Errno ? answer.code : answer;
  };
  const creates = flag.WRONLY | flag.CREAT;
  return { kernel, a, b, make, creates };
}

describe('macos', () => {
  it('takes names that differ in capitals for one, and keeps those that were given', () => {
    const { a, make, creates } = machineOf('macos');
    make(a, { call: 'open', path: '/Name', flags: creates });
    expect(make(a, { call: 'open', path: '/name', flags: creates | flag.EXCL })).toBe('EEXIST');
    expect(make(a, { call: 'readdir', path: '/' })).toMatchObject([{ name: 'Name' }]);
    make(a, { call: 'rename', path: '/NAME', to: '/other' });
    expect(make(a, { call: 'readdir', path: '/' })).toMatchObject([{ name: 'other' }]);
  });

  it('has no /proc, times in whole seconds, and its own error for a directory that is unlinked', () => {
    const { a, make } = machineOf('macos');
    make(a, { call: 'mkdir', path: '/d' });
    const fd = make(a, { call: 'open', path: '/d', flags: flag.DIRECTORY });
    expect(make(a, { call: 'readdir', path: `/proc/self/fd/${fd}/` })).toBe('ENOENT');
    expect(make(a, { call: 'stat', path: '/d' })).toMatchObject({ mtime: 1_000_000_000 });
    expect(make(a, { call: 'unlink', path: '/d' })).toBe('EPERM');
    const linux = machineOf('linux');
    linux.make(linux.a, { call: 'mkdir', path: '/d' });
    expect(linux.make(linux.a, { call: 'stat', path: '/d' })).toMatchObject({ mtime: 1_500_000_000 });
    expect(linux.make(linux.a, { call: 'unlink', path: '/d' })).toBe('EISDIR');
  });
});

describe('windows', () => {
  it('lets no name be taken from what another process has open, and none be replaced that anyone has', () => {
    const { a, b, make, creates } = machineOf('windows');
    const own = make(a, { call: 'open', path: '/f', flags: creates }) as number;
    expect(make(b, { call: 'unlink', path: '/f' })).toBe('EBUSY');
    expect(make(b, { call: 'rename', path: '/f', to: '/g' })).toBe('EPERM');
    expect(make(a, { call: 'rename', path: '/f', to: '/g' })).toBeUndefined();
    make(a, { call: 'close', fd: make(a, { call: 'open', path: '/new', flags: creates }) as number });
    expect(make(a, { call: 'rename', path: '/new', to: '/g' })).toBe('EPERM');
    make(a, { call: 'close', fd: own });
    expect(make(b, { call: 'rename', path: '/new', to: '/g' })).toBeUndefined();
  });

  it('has no modes', () => {
    const { a, make, creates } = machineOf('windows');
    make(a, { call: 'open', path: '/f', flags: creates, mode: 0o600 });
    make(a, { call: 'chmod', path: '/f', mode: 0o600 });
    expect(make(a, { call: 'stat', path: '/f' })).toMatchObject({ mode: 0o666 });
  });
});
