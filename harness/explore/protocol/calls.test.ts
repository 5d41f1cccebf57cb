import { constants } from 'node:fs';
import { expect, it } from 'vitest';
import { actOf, changesPath, followsLink, mayChangeContent, mayChangeModes, mayChangeNames } from './act.js';
import { type CallName, calls, factsOf, type UnknownCall } from './calls.js';
import { lettersOf, openWay } from './open-flags.js';

const all = Object.keys(calls) as CallName[];
const unknown: UnknownCall = 'readdir of all below';

it('a call that is not in the table has no facts, whatever its name', () => {
  for (const name of [unknown, 'constructor', '__proto__', '']) expect(factsOf(name)).toBeUndefined();
  expect(factsOf('lstat')).toMatchObject({ follows: false, reads: ['mode', 'times'] });
});

it('a call of which nothing is known is uncontrolled, and may change everything', () => {
  const named = { call: unknown };
  expect(() => actOf(named)).toThrow('it makes a call of which nothing is known: readdir of all below');
  expect([mayChangeNames(named), mayChangeContent(named), mayChangeModes(named)]).toEqual([true, true, true]);
  expect(changesPath(unknown)).toBe(true);
});

it('an open with a flag of which nothing is known is uncontrolled, and may change everything', () => {
  const named = { call: 'open', flags: 'r?' } as const;
  expect(() => actOf(named)).toThrow('a call of which nothing is known: open');
  expect([mayChangeNames(named), mayChangeContent(named), mayChangeModes(named)]).toEqual([true, true, true]);
});

it('an open creates, cuts or only looks, as its flags and what it finds say', () => {
  const how = (flags: string, finds?: boolean) => {
    const { first, changes } = actOf({ call: 'open', flags }, finds);
    return [first, changes];
  };
  expect(how('r')).toEqual([undefined, undefined]);
  expect(how('wct')).toEqual(['creates', 'data']);
  expect(how('wct', false)).toEqual(['creates', undefined]);
  expect(how('wct', true)).toEqual([undefined, 'data']);
  expect(how('wt', false)).toEqual([undefined, 'data']);
});

it('an open follows a link unless its flags forbid it, or it must create the file', () => {
  const follows = ['r', 'wc', 'wcx', 'wx', 'rn'].map((flags) => followsLink({ call: 'open', flags }));
  expect(follows).toEqual([true, true, false, true, false]);
  expect([followsLink({ call: 'stat' }), followsLink({ call: 'unlink' })]).toEqual([true, false]);
});

it('what may change names, contents and modes is what the rows of the table say', () => {
  const named = (test: (call: { call: CallName; flags: string }) => boolean) =>
    all.filter((call) => test({ call, flags: 'wct' })).join(' ');
  const entries = 'mkdir rmdir unlink symlink link rename copyFile';
  expect(named(mayChangeNames)).toBe(`open ${entries}`);
  expect(named(mayChangeContent)).toBe(
    `open write writev truncate ftruncate ${entries.replace('mkdir ', '')}`,
  );
  expect(named(mayChangeModes)).toBe('open chmod fchmod chown lchown fchown mkdir link rename copyFile');
  expect(named(({ call }) => changesPath(call))).toBe(`open truncate ${entries}`);
});

it('every flag of an open is decoded to what it does, and one that is not known is said to be unknown', () => {
  const { O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, O_DIRECTORY } = constants;
  const decoded = (flags: unknown) =>
    Object.entries(openWay(lettersOf(flags)))
      .filter(([, is]) => is)
      .map(([name]) => name)
      .join(' ');
  expect(decoded(undefined)).toBe('');
  expect(decoded('w+')).toBe('writes creates truncates');
  expect(decoded('ax')).toBe('writes creates isExclusive');
  expect(decoded(O_RDWR | O_CREAT | O_EXCL | O_TRUNC)).toBe('writes creates truncates isExclusive');
  expect(decoded(O_DIRECTORY | O_NOFOLLOW)).toBe('isDirectory isNoFollow');
  expect(decoded(0o10000000 | O_NOFOLLOW | O_CREAT)).toBe('isNoFollow isPathOnly');
  expect(decoded(1 << 30)).toBe('isUnknown');
});
