import { describe, expect, it } from 'vitest';
import { accessesOf, conflicts, type Names } from './footprint.js';
import type { CallToMake } from './protocol.js';

/** A directory `d` with a file `d/f` (open as 5), a link to it `d/g`, and a directory `d/e`. */
const inodes: Record<string, string> = { '': '1', d: '2', 'd/f': '3', 'd/g': '3', 'd/e': '4' };
const names: Names = {
  inodeAt: (place) => inodes[place],
  openFile: (fd) => (fd === 5 ? { inode: '3', path: 'd/old-name' } : undefined),
};

const call = (text: string): CallToMake => {
  const [name = '', path = '', ...rest] = text.split(' ');
  const fd = /^\d+$/.test(path) ? { fd: Number(path) } : { path };
  const [more] = rest;
  return {
    id: 1,
    call: name,
    ...fd,
    ...(more === undefined ? {} : name === 'open' ? { flags: more } : { to: more }),
  };
};

const dependent: [string, string][] = [
  ['mkdir d/lock', 'mkdir d/lock'],
  ['mkdir d/lock', 'rmdir d/lock'],
  ['open d/new wc', 'access d/new'],
  ['open d/f r', 'rename d/x d/f'],
  ['read 5', 'write 5'],
  ['read 5', 'open d/g wct'],
  ['fstat 5', 'write 5'],
  ['stat d/g', 'write 5'],
  ['stat d/f', 'chmod d/g'],
  ['readdir d', 'mkdir d/lock'],
  ['readdir d', 'rename d/f d/x'],
  ['rmdir d/e', 'open d/e/new wc'],
  ['rename d/e/staged d/f', 'rmdir d/e'],
  ['stat d', 'unlink d/f'],
  ['watch d', 'write 5'],
  ['unlink d/f', 'stat d/g'],
];

const independent: [string, string][] = [
  ['read 5', 'read 5'],
  ['open d/f r', 'stat d/f'],
  ['open d/f r', 'write 5'],
  ['mkdir d/a', 'mkdir d/b'],
  ['unlink d/f', 'mkdir d/a'],
  ['close 5', 'write 5'],
  ['fsync 5', 'write 5'],
  ['readdir d/e', 'mkdir d/a'],
  ['readdir d', 'write 5'],
  ['alive 7', 'mkdir d/a'],
];

describe('two calls touch each other', () => {
  const judge = ([a, b]: [string, string]) =>
    conflicts(accessesOf(call(a), names), accessesOf(call(b), names));

  it.each(dependent)('%s and %s', (a, b) => {
    expect(judge([a, b])).toBe(true);
    expect(judge([b, a])).toBe(true);
  });

  it.each(independent)('%s and %s do not', (a, b) => {
    expect(judge([a, b])).toBe(false);
    expect(judge([b, a])).toBe(false);
  });
});
