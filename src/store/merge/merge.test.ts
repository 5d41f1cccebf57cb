import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Document, isSameContent } from '../document/document.js';
import { type ForeignWrite, mergeForeign, mergeLate } from './merge.js';

/** `ab` is a document with two entries; `A` is the entry `a` with another value. */
const doc = (letters: string): Document => new Map([...letters].map((one) => [one.toLowerCase(), one]));
const textOf = (document: Document) => [...document.values()].toSorted().join('');

/** What becomes of `found` after these states, the last of which is the newest and the truth. */
function merged(states: string, found: string, more: Partial<ForeignWrite> = {}): string {
  const bases = states.split(' ').map(doc).toReversed();
  const truth = more.truth ?? bases[0] ?? doc('');
  const write = { truth, theirs: doc(found), bases, printOf: (raw: string) => raw, isInPlace: true };
  return textOf(mergeForeign({ ...write, ...more }).document);
}

describe('the write of a foreign program is taken for what it meant', () => {
  it.each([
    ['a change of the newest state is adopted', 'a ab abc', 'abcd', 'abcd'],
    ['a new value is adopted', 'ab abc', 'aBc', 'Bac'],
    ['an entry that a stale rewrite lacks comes back', 'a ab abc', 'ad', 'abcd'],
    ['a stale rewrite brings no logged-out entry back', 'abc bc', 'abcd', 'bcd'],
    ['a stale rewrite sets no refreshed value back', 'ab Ab Abc', 'abd', 'Abcd'],
    ['a lone deletion is a logout, even if an older state results', 'a ab abc', 'ab', 'ab'],
    ['a stale logout stays out, and the rest comes back', 'a ak akm', 'a', 'am'],
    ['a login with the same key after a logout is one', 'ab a', 'ab', 'ab'],
    ['an older state that is a stale logout is no login', 'abd ab b', 'ab', 'b'],
    ['of two explanations a logout counts', 'bz b kz kzy', 'z', 'yz'],
    ['logout and login between two looks is adopted', 'abc', 'bcd', 'bcd'],
    ['all removed at once is meant', 'abc', '', ''],
    ['the same where the file was empty once', ' a ab', '', ''],
    ['nothing left of several entries, and one new: it took the file for empty', 'abc', 'd', 'abcd'],
    ['the same with several new entries', 'abc', 'de', 'abcde'],
    ['the same with a new value of an old entry', 'abc', 'A', 'Abc'],
    ['several removed, and one left: in doubt logged out', 'abc', 'a', 'a'],
    ['several removed, one left and one new: in doubt logged out', 'abcde', 'ax', 'ax'],
    ['one entry replaced by another: in doubt logged out', 'a', 'x', 'x'],
  ])('%s', (_, states, found, result) => {
    expect(merged(states, found)).toBe([...result].toSorted().join(''));
  });

  it.each([
    ['an older state again, which is one less than another, may have meant nothing', 'a ab abc', 'a', true],
    ['one less than the newest state is a logout', 'a ab abc', 'ab', false],
    ['an older state that is one less than none is a stale rewrite', 'ab abcd', 'ab', false],
    ['a stale rewrite that sets something is one', 'a ab abc', 'ax', false],
  ])('%s', (_, states, found, isDoubtful) => {
    const bases = states.split(' ').map(doc).toReversed();
    const write = { truth: bases[0] ?? doc(''), theirs: doc(found), bases, isInPlace: true };
    const printOf = (raw: string) => raw;
    expect(mergeForeign({ ...write, printOf }).isDoubtful).toBe(isDoubtful);
  });

  it('another file with nothing of the old one is a new beginning', () => {
    expect(merged('abc', 'd', { isInPlace: false })).toBe('d');
  });

  it('in a revocable file nothing comes back', () => {
    expect(merged('abc', 'd', { revocable: true })).toBe('d');
    expect(merged('a ab abc', 'ad', { revocable: true })).toBe('ad');
    expect(merged('ab a', 'ab', { revocable: true })).toBe('a');
  });

  it('an entry that the program can not decode comes back, whatever else it did, and hides no logout', () => {
    const isOpaque = (raw: string) => raw === 'u';
    expect(merged('au aku', 'a', { isOpaque })).toBe('au');
    expect(merged('aku', 'akx', { isOpaque })).toBe('akux');
    expect(merged('aku', 'x', { isOpaque })).toBe('akux');
    expect(merged('aku', 'ak', { isOpaque, isInPlace: false })).toBe('ak');
  });

  it('a late write changes what it meant and nothing else', () => {
    const late = (truth: string, states: string, found: string) =>
      textOf(
        mergeLate({
          truth: doc(truth),
          theirs: doc(found),
          bases: states.split(' ').map(doc).toReversed(),
          printOf: (raw) => raw,
          isInPlace: true,
        }).document,
      );
    expect(late('abc', 'a ab', 'abx')).toBe('abcx');
    expect(late('abc', 'a ab', 'a')).toBe('ac');
    expect(late('ac', 'ab', 'abx')).toBe('acx');
    expect(late('abc', 'ab', 'x')).toBe('abcx');
  });
});

/** What one writer does, on the state that it read `age` states ago. */
interface Deed {
  kind: 'set' | 'remove';
  key: string;
  age: number;
  misreads: boolean;
}

const deeds = fc.array(
  fc.record<Deed>({
    kind: fc.constantFrom('set', 'set', 'remove'),
    key: fc.constantFrom(...'abcdef'),
    age: fc.nat({ max: 4 }),
    misreads: fc.boolean(),
  }),
  { maxLength: 14 },
);

/** Plays a history in which each write is repaired at once. @returns each write, with the truth before and after */
function play(history: readonly Deed[]) {
  const states: Document[] = [doc('ABC')];
  let truth: Document = doc('ABC');
  const steps = [];
  for (const [at, { kind, key, age, misreads }] of history.entries()) {
    const before = truth;
    // Of a single entry that a misreading writer replaces, it can't be told whether it was logged out.
    const isWipe = kind === 'set' && misreads && (states.at(-1)?.size ?? 0) > 1;
    const base = isWipe ? new Map() : (states.at(-1 - age) ?? before);
    if (kind === 'remove' && !base.has(key)) continue;
    const theirs = new Map(base);
    if (kind === 'set') theirs.set(key, `${key}${at}`);
    else theirs.delete(key);
    const bases = states.toReversed();
    truth = mergeForeign({
      truth,
      theirs,
      bases,
      printOf: (raw: string) => raw,
      isInPlace: true,
    }).document;
    states.push(theirs, truth);
    steps.push({ kind, key, value: `${key}${at}`, isFresh: base === bases[0], theirs, bases, before, truth });
  }
  return steps;
}

const without = (document: Document, key: string) => new Map([...document].filter(([one]) => one !== key));

describe('in a random history of writers, some of which read too early or nothing', () => {
  it('a set loses nothing and brings nothing back', () => {
    fc.assert(
      fc.property(deeds, (history) => {
        for (const { kind, key, value, before, truth } of play(history)) {
          if (kind === 'set') expect(new Map(truth)).toEqual(new Map(before).set(key, value));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a deletion is a logout: of the entry, or of another where the bytes could mean either', () => {
    fc.assert(
      fc.property(deeds, (history) => {
        for (const { kind, key, isFresh, theirs, bases, before, truth } of play(history)) {
          if (kind === 'set') continue;
          const meant = bases.flatMap((state) =>
            [...state.keys()].filter((one) => isSameContent(without(state, one), theirs)),
          );
          if (theirs.size === 0) {
            expect(truth.size).toBe(0);
            continue;
          }
          const gone = isFresh ? [key] : meant;
          expect(gone.some((one) => isSameContent(truth, without(before, one)))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
