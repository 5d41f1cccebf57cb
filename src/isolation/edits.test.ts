import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edit } from '../store/document/change.js';
import type { Document } from '../store/document/document.js';
import { chooseBase, type KnownState } from './base.js';
import { distance, editsBetween } from './edits.js';

const documents = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '42'), fc.integer({ min: 0, max: 3 }))
  .map((entries): Document => new Map(Object.entries(entries).map(([key, value]) => [key, `${value}`])));

function applied(document: Document, edits: readonly Edit[]): Document {
  const result = new Map(document);
  for (const { key, raw } of edits) raw === undefined ? result.delete(key) : result.set(key, raw);
  return result;
}

const sorted = (document: Document) => [...document].toSorted();

describe('what a program has changed', () => {
  it('leads from what it had read to what it wrote', () => {
    fc.assert(
      fc.property(documents, documents, (base, written) => {
        expect(sorted(applied(base, editsBetween(base, written)))).toEqual(sorted(written));
      }),
    );
  });

  it('leaves each entry as it is now that the program has left as it was', () => {
    fc.assert(
      fc.property(documents, documents, documents, (base, written, now) => {
        const result = applied(now, editsBetween(base, written));
        for (const key of new Set([...base.keys(), ...written.keys(), ...now.keys()])) {
          const expected = base.get(key) === written.get(key) ? now.get(key) : written.get(key);
          expect(result.get(key)).toBe(expected);
        }
      }),
    );
  });

  it('does not depend on the order of two programs that change different entries', () => {
    fc.assert(
      fc.property(documents, documents, documents, (base, one, other) => {
        const [first, second] = [editsBetween(base, one), editsBetween(base, other)];
        const keys = new Set(first.map(({ key }) => key));
        fc.pre(second.every(({ key }) => !keys.has(key)));
        expect(sorted(applied(applied(base, first), second))).toEqual(
          sorted(applied(applied(base, second), first)),
        );
      }),
    );
  });

  it('has as many edits as there are differences', () => {
    fc.assert(
      fc.property(documents, documents, (base, written) => {
        expect(editsBetween(base, written)).toHaveLength(distance(base, written));
      }),
    );
  });

  it.each([
    ['another layout', '{"x":[1,2]}', '{\n  "x": [1, 2]\n}'],
    ['another order of its keys', '{"x":1,"y":{"b":1,"a":2}}', '{"y":{"a":2,"b":1},"x":1}'],
    ['another way to write the same', '"\\u0061/1e2"', '"a\\/1e2"'],
    ['a number that the program has rounded', '12345678901234567890', '12345678901234567000'],
  ])('is nothing where an entry has %s', (_, before, after) => {
    expect(editsBetween(new Map([['k', before]]), new Map([['k', after]]))).toEqual([]);
  });

  it('is something where two numbers differ that rounding makes equal', () => {
    const [base, written] = [
      new Map([['k', '12345678901234567890']]),
      new Map([['k', '12345678901234567891']]),
    ];
    expect(editsBetween(base, written)).toEqual([{ key: 'k', raw: '12345678901234567891' }]);
  });

  it('is no removal of what programs can’t decode, unless they decode nothing of it', () => {
    const isOpaque = (raw: string) => raw === '0';
    const [opaque, both] = [
      new Map([['o', '0']]),
      new Map([
        ['o', '0'],
        ['a', '1'],
      ]),
    ];
    expect(editsBetween(both, new Map(), isOpaque)).toEqual([{ key: 'a', raw: undefined }]);
    expect(editsBetween(opaque, new Map(), isOpaque)).toEqual([{ key: 'o', raw: undefined }]);
  });
});

describe('the base of a write', () => {
  const known = (...documents: (Document | undefined)[]) =>
    documents.map((document, id): KnownState => ({ id, document, ageMs: 0, isWritten: false }));

  it('is what was read last, for a program that does one thing at a time', () => {
    fc.assert(
      fc.property(fc.array(documents), documents, fc.constantFrom('a', 'b'), (older, newest, key) => {
        const all = known(...older, newest);
        const set = new Map(newest).set(key, '9');
        const removed = new Map(newest);
        removed.delete(key);
        expect(chooseBase(all, set).document).toBe(newest);
        expect(chooseBase(all, removed).document).toBe(newest);
      }),
    );
  });

  it('is one of the others where that explains a write with fewer changes', () => {
    fc.assert(
      fc.property(fc.array(documents, { minLength: 1 }), documents, (all, written) => {
        const { document } = chooseBase(known(...all), written);
        const newest = all.at(-1) ?? new Map();
        const least = Math.min(...all.map((one) => distance(one, written)));
        expect(distance(document, written)).toBe(
          distance(newest, written) <= 1 ? distance(newest, written) : least,
        );
      }),
    );
  });

  it('is nothing where nothing was read, or half of another program’s write', () => {
    const [ab, x] = [
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
      new Map([['x', '1']]),
    ];
    expect(chooseBase([], x).document).toEqual(new Map());
    expect(chooseBase(known(ab, undefined), x).document).toEqual(new Map());
  });

  it('is what was written before, only if nothing that was read is as near', () => {
    const [a, ab] = [
      new Map([['a', '1']]),
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ];
    const all: KnownState[] = [
      { id: 1, document: a, ageMs: 5, isWritten: false },
      { id: 2, document: ab, ageMs: 0, isWritten: true },
    ];
    expect(chooseBase(all, a).id).toBe(1);
    expect(chooseBase(all, ab).id).toBe(2);
  });

  it('is the newest text where all others were read long ago', () => {
    const [old, newest] = [
      new Map([['a', '1']]),
      new Map([
        ['b', '1'],
        ['c', '1'],
      ]),
    ];
    const all: KnownState[] = [
      { id: 1, document: old, ageMs: 60_000, isWritten: false },
      { id: 2, document: newest, ageMs: 50_000, isWritten: false },
    ];
    expect(chooseBase(all, old).id).toBe(2);
  });

  it.each([
    ['what another program has set since is not removed', { isWritten: false, base: 1 }],
    ['unless the program has itself written since, and knows of it', { isWritten: true, base: 2 }],
  ])('is a text that was read long ago where it explains a change better: %s', (_, { isWritten, base }) => {
    const [old, newest, written] = [
      new Map([['a', '1']]),
      new Map([
        ['a', '1'],
        ['other', '1'],
      ]),
      new Map([
        ['a', '1'],
        ['own', '1'],
      ]),
    ];
    // A user was asked for a code meanwhile, and the file was opened for reading and writing, but not read.
    const all: KnownState[] = [
      { id: 1, document: old, ageMs: 600_000, isWritten: false },
      { id: 2, document: newest, ageMs: 0, isWritten },
    ];
    expect(chooseBase(all, written).id).toBe(base);
  });
});
