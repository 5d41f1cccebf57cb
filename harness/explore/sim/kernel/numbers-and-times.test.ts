import { describe, expect, it } from 'vitest';
import { setUp, stats } from './set-up.test.helper.js';

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
