import { describe, expect, it } from 'vitest';
import { setUp, stats } from './set-up.test.helper.js';

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
