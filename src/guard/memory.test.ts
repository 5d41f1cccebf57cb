import { describe, expect, it } from 'vitest';
import type { Document } from '../store/document/document.js';
import { Memory } from './memory.js';

/** `ab` is a document with two entries; `A` is the entry `a` with another value. */
const doc = (letters: string): Document =>
  new Map([...letters].map((one) => [one.toLowerCase(), JSON.stringify(one)]));
const textOf = (document: Document) =>
  [...document.values()]
    .map((raw) => JSON.parse(raw))
    .toSorted()
    .join('');

/** States that are seen 100 ms apart, each repaired at once. */
function seen(states: string, isOpaque?: (raw: string) => boolean) {
  const [first = '', ...others] = states.split(' ');
  const memory = new Memory(doc(first), isOpaque);
  others.forEach((state, at) => void memory.observe(doc(state), 100 * (at + 1), true));
  return memory;
}

describe('a guard’s memory', () => {
  it.each([
    ['a write that knew the newest state', 'a ab', 'abc', { kind: 'fresh', set: ['c'] }, 'abc'],
    ['a logout', 'a ab', 'a', { kind: 'fresh', removed: ['b'] }, 'a'],
    ['a write from an older copy', 'a ab', 'ac', { kind: 'stale', set: ['c'], putBack: ['b'] }, 'abc'],
    [
      'what such a write brings back',
      'ab b',
      'abc',
      { kind: 'stale', set: ['c'], removedAgain: ['a'] },
      'bc',
    ],
    [
      'a file that was taken for empty',
      'ab',
      'c',
      { kind: 'misread', set: ['c'], putBack: ['a', 'b'] },
      'abc',
    ],
    [
      'the same with a logout: which, nobody can know',
      'ab',
      '',
      { kind: 'misread', putBack: ['a', 'b'] },
      'ab',
    ],
    ['the last entry logged out', 'a', '', { kind: 'fresh', removed: ['a'] }, ''],
    ['a repair that is seen as a state', 'a ab ac', 'abc', { kind: 'fresh', set: [], putBack: [] }, 'abc'],
  ])('judges %s', (_, states, found, judgement, truth) => {
    const memory = seen(states);
    expect(memory.observe(doc(found), 1000, true)).toMatchObject(judgement);
    expect(textOf(memory.truth)).toBe(truth);
  });

  it('measures how long the base of a stale write had been replaced', () => {
    expect(seen('a ab abc').observe(doc('ax'), 350, true)).toMatchObject({ kind: 'stale', ageMs: 250 });
  });

  it('forgets states after five seconds, and takes what is missing then for removed', () => {
    const memory = seen('ab abc abcd');
    memory.observe(doc('abx'), 10_000, true);
    expect(textOf(memory.truth)).toBe('abx');
  });

  it('repairs a damaged state that others have built upon', () => {
    const memory = new Memory(doc('ab'));
    memory.observe(doc('abc'), 100, true);
    memory.observe(doc('abd'), 200, true);
    memory.observe(doc('abde'), 300, true);
    expect(textOf(memory.truth)).toBe('abcde');
    expect(memory.isRight()).toBe(false);
    memory.observe(memory.truth, 400, true);
    expect(memory.isRight()).toBe(true);
  });

  it('puts back what the program can not decode, and keeps its logout', () => {
    const memory = seen('aku', (raw) => raw === '"u"');
    expect(memory.observe(doc('a'), 100, true)).toMatchObject({ removed: ['k'], putBack: ['u'] });
    expect(textOf(memory.truth)).toBe('au');
  });

  it('takes from a late write what changed against its base', () => {
    const memory = seen('ab abc');
    expect(memory.observeLate(doc('abx'), doc('ab'), 300)).toMatchObject({
      kind: 'late',
      set: ['x'],
      removed: [],
    });
    expect(textOf(memory.truth)).toBe('abcx');
  });
});
