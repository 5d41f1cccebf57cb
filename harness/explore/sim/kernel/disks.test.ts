import { describe, expect, it } from 'vitest';
import { flag } from './process.js';
import { setUp, stats } from './set-up.test.helper.js';

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
