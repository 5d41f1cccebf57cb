import { describe, expect, it } from 'vitest';
import type { CallName } from '../protocol/calls.js';
import type { CallToMake } from '../protocol/protocol.js';
import { accessesOf, conflicts } from './footprint.js';
import { treeOf } from './tree.test.helper.js';

/** With links, and two directories that lead nowhere by name: 21 was removed, and 22 is another one where it was. */
const tree = treeOf(
  {
    ...{ d: '2/', 'd/f': '3', 'd/g': '3', 'd/e': '4/', 'd/deep': '5/', 'd/deep/x': '6/' },
    ...{
      'd/link': '7>f',
      'd/way': '8>e',
      'd/nowhere': '9>missing',
      out: '10>/etc/hosts',
      proc: '11>/proc/self/fd/5',
    },
    ...{ 'd/whole': '12>/sandbox/d/f', lease: '22/' },
  },
  {
    5: { inode: '3', isDirectory: false, entry: { directory: '2', name: 'f' }, path: 'd/f' },
    6: { inode: '2', isDirectory: true, entry: { directory: '1', name: 'd' }, path: 'before/d' },
    7: { inode: '2', isDirectory: true, entry: { directory: '1', name: 'd' }, path: 'd' },
    8: { inode: '4', isDirectory: true, entry: { directory: '2', name: 'e' }, path: 'd/e' },
    9: { inode: '21', isDirectory: true, entry: { directory: '1', name: 'lease' }, path: 'lease' },
    10: { inode: '6', isDirectory: true, entry: { directory: '5', name: 'x' }, path: 'd/deep/x' },
    11: { inode: '5', isDirectory: true, entry: { directory: '2', name: 'deep' }, path: 'd/deep' },
  },
);

/** `open @8/new wc` is anchored at descriptor 8. */
const call = (text: string): CallToMake => {
  const [name = '', first = '', ...rest] = text.split(' ');
  const place = (words: string) => {
    const [, at, below = ''] = /^@(\d+)\/?(.*)$/.exec(words) ?? [];
    return at === undefined ? { path: words } : { path: below, at: Number(at) };
  };
  const [more] = rest;
  const from = /^\d+$/.test(first) ? { fd: Number(first) } : place(first);
  const { path: to = '', at: toAt } = { at: undefined, ...place(more ?? '') };
  const second = { to, ...(toAt === undefined ? {} : { toAt }) };
  return {
    id: 1,
    call: name as CallName,
    ...from,
    ...(more === undefined ? {} : name === 'open' ? { flags: more } : second),
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

const throughLinks: [string, string][] = [
  ['open d/link r', 'unlink d/f'],
  ['open d/link r', 'unlink d/link'],
  ['stat d/link', 'write 5'],
  ['truncate d/link', 'read 5'],
  ['chmod d/link', 'fstat 5'],
  ['utimes d/whole', 'stat d/f'],
  ['open d/nowhere wc', 'access d/missing'],
  ['open d/nowhere wc', 'readdir d'],
  ['open d/way/new wc', 'rmdir d/e'],
  ['lstat d/link/', 'rename d/x d/f'],
  ['stat d/e/../f', 'unlink d/f'],
  ['copyFile d/link d/nowhere', 'access d/missing'],
  ['stat out', 'open out r'],
];

const anchored: [string, string][] = [
  ['open @8/new wc', 'rmdir d/e'],
  ['open @8/new wc', 'access d/e/new'],
  ['open @8/new wc', 'stat @8/new'],
  ['rename @8/staged @6/f', 'open d/f r'],
  ['rename @8/staged @6/f', 'open @7/f rn'],
  ['readdir @8', 'mkdir d/e/new'],
  ['readdir @8/.', 'rmdir d/e'],
  ['readdir @8', 'rename d/deep d/e'],
  ['open @8 rd', 'chmod d/e'],
  ['stat @6/f', 'write 5'],
  ['mkdir @6/lock', 'mkdir d/lock'],
  ['open @8/../f r', 'unlink d/f'],
  ['open @8/../f r', 'rename d/e elsewhere'],
  ['stat @8/new', 'chmod d/e'],
  ['watch @6', 'write 5'],
  ['readlink @10', 'rename d/deep elsewhere'],
  ['realpath @8', 'rmdir d/e'],
  ['readlink @5', 'rename d/f d/moved'],
  ['rename @11 @10/below', 'rename d/deep/x elsewhere'],
  ['mkdir @9/new', 'access @9/new'],
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
  ['lstat d/link', 'write 5'],
  ['open d/link rn', 'truncate d/f'],
];

/** They come to what is open, whatever its name leads to now. */
const independentByDescriptor: [string, string][] = [
  ['open @8/new wc', 'rename d d2'],
  ['open @8/new r', 'rename d/e d/elsewhere'],
  ['open @9/new wc', 'open lease/new wc'],
  ['stat @9/new', 'mkdir lease/new'],
  ['mkdir @9/new', 'rmdir lease'],
  ['mkdir @6/a', 'mkdir @7/b'],
  ['readdir @8', 'mkdir d/a'],
  ['lstat @8', 'rmdir d/e'],
  ['open @20/gone r', 'rename d/f d/x'],
];

describe('the conflict of two calls', () => {
  const judge = ([a, b]: [string, string]) => conflicts(accessesOf(call(a), tree), accessesOf(call(b), tree));

  it.each([...dependent, ...throughLinks, ...anchored])('two calls conflict: %s and %s', (a, b) => {
    expect(judge([a, b])).toBe(true);
    expect(judge([b, a])).toBe(true);
  });

  it.each([...independent, ...independentByDescriptor])('two calls do not conflict: %s and %s', (a, b) => {
    expect(judge([a, b])).toBe(false);
    expect(judge([b, a])).toBe(false);
  });
});

it.each(['lchmod d/f', 'open d/f r?', 'stat proc'])(
  'an unknown call is refused, and not taken for one that touches nothing: %s',
  (text) => {
    expect(() => accessesOf(call(text), tree)).toThrow(
      expect.objectContaining({ name: 'UncontrolledError' }),
    );
  },
);
