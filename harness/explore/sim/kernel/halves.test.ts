import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OurSide } from './our-side.test.helper.js';
import { describeStep, stepOf } from './sequences.test.helper.js';
import { need, setUp, stats } from './set-up.test.helper.js';

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
