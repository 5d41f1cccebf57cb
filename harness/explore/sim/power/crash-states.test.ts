import { describe, expect, it } from 'vitest';
import { flag } from '../kernel/process.js';
import { combine } from './combine.js';
import { type Image, mountImage } from './image.js';
import { Scene } from './scene.test.helper.js';

/** Replaces `f`, which is `old`, by a new file with `NEW!`: what careful programs do, with or without each `fsync`. */
function replace({ syncsFile = true, syncsDirectory = true } = {}): Scene {
  const scene = new Scene({ f: 'old' });
  const fd = scene.create('new');
  scene.write(fd, 'NEW!');
  if (syncsFile) scene.sync(fd);
  scene.close(fd);
  scene.rename('new', 'f');
  if (syncsDirectory) scene.syncDirectory();
  scene.acknowledge();
  return scene;
}

describe('a file that is replaced by a rename', () => {
  it('is the new one after the acknowledgement, if the file and then its directory were synced', () => {
    for (const model of ['posix', 'ext4'] as const) expect(replace().acknowledged(model)).toEqual(['f=NEW!']);
  });

  it('is whole under each name that it has at any moment, if both were synced', () => {
    // The new file has its first name before it is written.
    const whole = /^(f=old|f=NEW!)?( ?new=(|NE|NEW!|0000))?$/;
    for (const model of ['posix', 'ext4'] as const)
      for (const end of replace().ends(model)) expect(end).toMatch(whole);
  });

  it('is there at any moment on ext4, where both names of a rename change at once', () => {
    expect(
      replace()
        .ends('ext4')
        .filter((end) => !end.startsWith('f=')),
    ).toEqual([]);
    // POSIX says nothing of the kind: the old name may be gone, and the new one not be there yet.
    const scene = new Scene({ a: 'x' });
    scene.rename('a', 'b');
    expect(scene.ends('posix')).toContain('');
  });

  it('may still be the old one after the acknowledgement, if its directory was not synced', () => {
    const without = replace({ syncsDirectory: false });
    expect(without.acknowledged('ext4')).toEqual(['f=NEW!', 'f=old new=NEW!']);
    const each = ['f=NEW!', 'f=NEW! new=NEW!', 'f=old', 'f=old new=NEW!'];
    expect(without.acknowledged('posix')).toEqual(each);
  });

  it('may be empty, torn or zeros in the strict model, if it was not synced itself', () => {
    expect(replace({ syncsFile: false }).acknowledged('posix')).toEqual(['f=', 'f=0000', 'f=NE', 'f=NEW!']);
  });

  it('is whole on ext4 even if it was not synced, since a rename over another file writes it out', () => {
    expect(replace({ syncsFile: false }).acknowledged('ext4')).toEqual(['f=NEW!']);
  });
});

describe('strict states, computed by hand', () => {
  it('without any change there is one: the disk as it was', () => {
    expect(new Scene({ f: 'old' }).ends('posix')).toEqual(['f=old']);
  });

  it('a new name may be there or not, for itself', () => {
    const scene = new Scene();
    scene.close(scene.create('a'));
    scene.close(scene.create('b'));
    expect(scene.ends('posix')).toEqual(['', 'a=', 'a= b=', 'b=']);
  });

  it('of two writes each may be lost, and one of them torn', () => {
    const scene = new Scene({ f: '....' });
    const fd = scene.open('f', flag.WRONLY);
    scene.write(fd, 'AB', 0);
    scene.write(fd, 'CD', 2);
    // Each is lost, torn or there, which makes nine, but for A.C., in which both are torn.
    const whole = ['f=....', 'f=..CD', 'f=AB..', 'f=ABCD'];
    expect(scene.ends('posix')).toEqual([...whole, 'f=A...', 'f=A.CD', 'f=..C.', 'f=ABC.'].sort());
  });

  it('a longer file may have its new size without its data', () => {
    const scene = new Scene({ f: 'ab' });
    const fd = scene.open('f', flag.WRONLY | flag.APPEND);
    scene.write(fd, 'cd');
    expect(scene.ends('posix')).toEqual(['f=ab', 'f=ab00', 'f=abc', 'f=abcd']);
  });

  it('a file that is cut and written again may be empty', () => {
    const scene = new Scene({ f: 'old' });
    const fd = scene.open('f', flag.WRONLY | flag.TRUNC);
    scene.write(fd, 'NEW!');
    // `NEd`: the write has reached the disk in part, and the cut has not.
    expect(scene.ends('posix')).toEqual(['f=', 'f=NE', 'f=NEW!', 'f=NEd', 'f=old', 'f=old0']);
  });

  it('what was synced is no choice any more, and what comes later is', () => {
    const scene = new Scene();
    const fd = scene.create('f');
    scene.syncDirectory();
    scene.write(fd, 'one');
    scene.sync(fd);
    scene.acknowledge();
    scene.write(fd, 'two');
    expect(scene.acknowledged('posix')).toEqual(['f=one', 'f=one000', 'f=onet', 'f=onetwo']);
  });

  it('a renamed file may have both names, or none', () => {
    const scene = new Scene({ a: 'x' });
    scene.rename('a', 'b');
    expect(scene.ends('posix')).toEqual(['', 'a=x', 'a=x b=x', 'b=x']);
  });

  it('fdatasync makes content durable, and no mode', () => {
    const scene = new Scene({ f: 'old' });
    const { kernel, process } = scene;
    const fd = scene.open('f', flag.WRONLY);
    kernel.call(process, { call: 'fchmod', fd, mode: 0o600 });
    scene.write(fd, 'NEW');
    kernel.call(process, { call: 'fdatasync', fd });
    scene.acknowledge();
    const modes = scene.states('posix').states.map(({ image, marks }) => {
      const [node] = [...image.nodes.values()].filter(({ kind }) => kind === 'file');
      return `${marks} ${node?.mode.toString(8)} ${Buffer.from(node?.bytes ?? []).toString()}`;
    });
    expect(modes.filter((line) => line.startsWith('done')).sort()).toEqual(['done 600 NEW', 'done 644 NEW']);
  });
});

describe('ext4 states, computed by hand', () => {
  it('names come in their order', () => {
    const scene = new Scene();
    scene.close(scene.create('a'));
    scene.close(scene.create('b'));
    expect(scene.ends('ext4')).toEqual(['', 'a=', 'a= b=']);
  });

  it('a renamed file has one name', () => {
    const scene = new Scene({ a: 'x' });
    scene.rename('a', 'b');
    expect(scene.ends('ext4')).toEqual(['a=x', 'b=x']);
  });

  it('a new file that is neither synced nor renamed over another may be empty', () => {
    const scene = new Scene();
    const fd = scene.create('f');
    scene.write(fd, 'data');
    scene.close(fd);
    scene.acknowledge();
    expect(scene.acknowledged('ext4')).toEqual(['', 'f=', 'f=da', 'f=data']);
  });

  it('a file that is cut and written again may be empty until it is closed', () => {
    const scene = new Scene({ f: 'old' });
    const fd = scene.open('f', flag.WRONLY | flag.TRUNC);
    scene.write(fd, 'NEW!');
    expect(scene.ends('ext4')).toEqual(['f=', 'f=NE', 'f=NEW!', 'f=old']);
    scene.close(fd);
    scene.syncDirectory();
    expect(scene.ends('ext4')).toContain('f=');
  });

  it('the close of a file that was cut writes it out before what comes after it', () => {
    const scene = new Scene({ f: 'old' });
    const fd = scene.open('f', flag.WRONLY | flag.TRUNC);
    scene.write(fd, 'NEW!');
    scene.close(fd);
    scene.close(scene.create('later'));
    const withLater = scene.ends('ext4').filter((end) => end.includes('later'));
    expect(withLater).toEqual(['f=NEW! later=']);
  });

  it('fsync of one file brings all names with it that came before', () => {
    const scene = new Scene();
    scene.close(scene.create('a'));
    const fd = scene.create('b');
    scene.sync(fd);
    scene.acknowledge();
    expect(scene.acknowledged('ext4')).toEqual(['a= b=']);
    expect(scene.acknowledged('posix')).toContain('');
  });

  it('a write over old data may reach the disk before names that came earlier', () => {
    const scene = new Scene({ f: 'old' });
    const fd = scene.open('f', flag.WRONLY);
    scene.close(scene.create('a'));
    scene.write(fd, 'NEW', 0);
    expect(scene.ends('ext4')).toContain('f=NEW');
  });
});

describe('the bounds', () => {
  it('are said where they leave states out, and not where they do not', () => {
    const scene = new Scene();
    for (const name of 'abcdef') scene.close(scene.create(name));
    expect(scene.states('posix').cuts).toEqual([]);
    expect(scene.ends('posix')).toHaveLength(64);
    const { cuts, states } = scene.states('posix', { states: 10 });
    expect(cuts.length).toBeGreaterThan(0);
    expect(states.length).toBeGreaterThan(10);
  });

  it('keep what has all of either end, whatever they leave out', () => {
    const lists = Array.from({ length: 8 }, () => ['new', 'half', 'old']);
    const { combinations, isCut } = combine(lists, 20);
    expect(isCut).toBe(true);
    expect(combinations).toHaveLength(20);
    for (const one of ['new', 'old']) expect(combinations).toContainEqual(lists.map(() => one));
    expect(combine(lists, 6561)).toMatchObject({ isCut: false, combinations: { length: 6561 } });
  });
});

it('a file system is mounted with its links, owners, numbers and room, and goes on', () => {
  const scene = new Scene({ f: 'text' });
  const { kernel, process } = scene;
  kernel.call(process, { call: 'mkdir', path: '/d', mode: 0o700 });
  kernel.call(process, { call: 'link', path: '/f', to: '/d/hard' });
  kernel.call(process, { call: 'symlink', target: 'd/hard', path: '/soft' });
  kernel.call(process, { call: 'chown', path: '/d', uid: 7, gid: 8 });
  const [last] = scene
    .states('ext4')
    .states.filter(({ image }) => image.nodes.size === 4)
    .slice(-1);
  expect(last).toBeDefined();
  if (!last) throw new Error('no such state');
  const { kernel: after, ...found } = examine(last.image);
  expect(found).toEqual({ nlink: 2, rootLinks: 3, uid: 7, soft: 'd/hard', size: 4 });
  expect(after.kernel.call(after.process, { call: 'mkdir', path: '/e' })).toBeUndefined();
  const first = after.kernel.start({ client: -1 });
  expect(after.kernel.call(first, { call: 'mkdir', path: '/g' })).toBeUndefined();
  const numbers = ['/d', '/e', '/f', '/g', '/soft'].map((path) => after.kernel.peek(path, false)?.ino);
  expect(new Set(numbers).size).toBe(5);
});

function examine(image: Image) {
  const kernel = mountImage(image);
  const process = kernel.start({ client: 0 });
  return {
    kernel: { kernel, process },
    nlink: kernel.peek('/d/hard')?.nlink,
    rootLinks: kernel.peek('/')?.nlink,
    uid: kernel.peek('/d')?.uid,
    soft: kernel.peek('/soft', false)?.target,
    size: kernel.peek('/soft')?.size,
  };
}
