import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerOf } from './calls.js';
import { OurSide } from './our-side.test.helper.js';
import { flag } from './process.js';
import { describeStep, stepOf } from './sequences.test.helper.js';
import { need, setUp, stats } from './set-up.test.helper.js';

describe('a call in two halves', () => {
  it('goes on in the directory that it had found, though that has another name now', () => {
    const { kernel, root, make, directory, file, bytes } = setUp();
    directory('/mine');
    file('/mine/new', 'text');
    file('/f', 'old');
    const call = { call: 'rename', path: '/mine/new', to: '/f' } as const;
    const pin = need(kernel.resolve(root, call));
    make(root, { call: 'rename', path: '/mine', to: '/away' });
    expect(kernel.finish(root, pin)).toBeUndefined();
    expect(bytes('/f')).toBe('text');
  });

  it('fails in a directory that was removed meanwhile, though there is a new one of that name', () => {
    const { kernel, root, make, directory, file, bytes } = setUp();
    directory('/mine');
    file('/f', 'old');
    const call = { call: 'rename', path: '/mine/new', to: '/f' } as const;
    const pin = need(kernel.resolve(root, call));
    make(root, { call: 'rmdir', path: '/mine' });
    directory('/mine');
    file('/mine/new', 'text');
    expect(kernel.finish(root, pin)).toMatchObject({ code: 'ENOENT' });
    expect(bytes('/f')).toBe('old');
  });

  it('keeps the number of a removed directory for itself until it is made', () => {
    const { kernel, root, make, directory } = setUp({ reusesInodes: true });
    directory('/mine');
    const before = kernel.peek('/mine')?.ino;
    const call = { call: 'unlink', path: '/mine/new' } as const;
    const pin = need(kernel.resolve(root, call));
    make(root, { call: 'rmdir', path: '/mine' });
    directory('/next');
    expect(kernel.peek('/next')?.ino).not.toBe(before);
    kernel.finish(root, pin);
    directory('/last');
    expect(kernel.peek('/last')?.ino).toBe(before);
  });

  it('that changes an entry looks its last name up in the second half, which is made once', () => {
    const { kernel, root, file, bytes } = setUp();
    const pin = need(kernel.resolve(root, { call: 'unlink', path: '/f' }));
    file('/f', 'text');
    expect(kernel.finish(root, pin)).toBeUndefined();
    expect(bytes('/f')).toBe('none');
    expect(() => kernel.finish(root, pin)).toThrow('no half of a call');
  });

  it('that is about a file goes on with the one that it had found, though another one has its name now', () => {
    const { kernel, root, make, file, bytes } = setUp();
    file('/f', 'old');
    file('/next', 'new text');
    const path = '/f';
    const size = () => make(root, { call: 'fstat', fd: 3 });
    const pins = [
      { call: 'stat', path } as const,
      { call: 'open', path, flags: flag.RDWR | flag.TRUNC } as const,
      { call: 'truncate', path, size: 1 } as const,
    ].map((call) => need(kernel.resolve(root, call)));
    make(root, { call: 'rename', path: '/next', to: path });
    const [found, opened] = pins.map((pin) => kernel.finish(root, pin));
    expect([stats(found as AnswerOf<'stat'>).size, stats(found as AnswerOf<'stat'>).nlink]).toEqual([3, 0]);
    expect([opened, stats(size()).size, bytes(path)]).toEqual([3, 1, 'new text']);
    expect(need(kernel.resolve(root, { call: 'open', path, flags: flag.RDWR | flag.TRUNC }))).toBe(3);
  });

  it('opens with O_CREAT what is there in the second half', () => {
    const { kernel, root, make, file } = setUp();
    const flags = flag.RDWR | flag.CREAT;
    const pin = need(kernel.resolve(root, { call: 'open', path: '/f', flags }));
    file('/f', 'text');
    const fd = kernel.finish(root, pin) as number;
    expect(stats(make(root, { call: 'fstat', fd })).size).toBe(4);
  });

  it('fails in its first half where the file that it is about is missing', () => {
    const { kernel, root } = setUp();
    for (const call of ['stat', 'readdir', 'readlink'] as const)
      expect(kernel.resolve(root, { call, path: '/f' })).toMatchObject({ code: 'ENOENT' });
    expect(kernel.resolve(root, { call: 'unlink', path: '/f' })).toBe(0);
  });

  it('fails in its first half where a directory on the way is missing or closed', () => {
    const { kernel, start, directory } = setUp();
    directory('/closed', 0o700);
    const user = start({ uid: 1000 });
    const resolve = (path: string) => kernel.resolve(user, { call: 'mkdir', path });
    expect(resolve('/missing/f')).toMatchObject({ code: 'ENOENT' });
    expect(resolve('/closed/f')).toMatchObject({ code: 'EACCES' });
  });

  it('answers as the whole call does if nothing comes between, whatever came before', () => {
    const numbers = fc.array(fc.noShrink(fc.integer()), { maxLength: 60, size: 'max' });
    const property = fc.property(numbers, (sequence) => {
      const [whole, split] = [false, true].map(
        (splits) => new OurSide('/n/n/n/n', [0, 1000], [0o022, 0o077], 1000, true, splits),
      );
      sequence.forEach((number, at) => {
        const step = stepOf(number, at < 12);
        const [wanted, found] = [whole?.make(step), split?.make(step)];
        if (wanted !== found) expect(`${describeStep(step)}: ${found}`).toBe(wanted);
      });
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  it('answers as the whole call does for each kind of path', () => {
    const { kernel, root, make, directory, file } = setUp();
    directory('/d');
    file('/d/f', 'text');
    make(root, { call: 'symlink', target: 'd/f', path: '/soft' });
    for (const path of ['/d/f', '/soft', '/d/', '/d/..', '/']) {
      const pin = need(kernel.resolve(root, { call: 'stat', path }));
      const whole = make(root, { call: 'stat', path });
      expect(kernel.finish(root, pin)).toEqual(whole);
    }
  });
});
