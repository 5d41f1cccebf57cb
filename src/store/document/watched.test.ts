import fc from 'fast-check';
import { expect, it } from 'vitest';
import { propertyInTiers } from '../../tiers.test.helper.js';
import { applyChange, type Change } from './change.js';
import type { Document } from './document.js';
import { drafted } from './entries.js';
import { type Applied, applyWatched } from './watched.js';

const keys = ['a', 'b', 'c', 'd'];
const key = fc.constantFrom(...keys);
const step = fc.oneof(
  fc.record({ kind: fc.constant('copy' as const), from: key, to: key }),
  fc.record({ kind: fc.constant('set' as const), to: key, value: fc.nat(2) }),
  fc.record({ kind: fc.constant('remove' as const), to: key }),
  fc.record({ kind: fc.constant('count' as const), to: key }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A transaction that does these steps; as data where that can be, as in a batch of a `set` and an `update`. */
function changeOf(steps: readonly Step[]): Change {
  const parts = steps.map((one): Change => {
    if (one.kind === 'set') return [{ key: one.to, raw: String(one.value) }];
    if (one.kind === 'remove') return [{ key: one.to, raw: undefined }];
    return drafted((entries) => {
      if (one.kind === 'count') entries.set(one.to, entries.keys().length);
      else {
        const value = entries.get(one.from);
        if (value === undefined) entries.remove(one.to);
        else entries.set(one.to, value);
      }
    });
  });
  return (document) => parts.reduce((current, part) => applyChange(current, part), document);
}

const documents = fc
  .uniqueArray(fc.tuple(key, fc.nat(2).map(String)), { selector: ([name]) => name })
  .map((entries): Document => new Map(entries));
const plain = (document: Document) => Object.fromEntries([...document].toSorted());

/** The second document, with what the change goes by as in the first. */
function alikeIn(dependsOn: ReadonlySet<string>, first: Document, second: Document): Document {
  const alike = new Map(second);
  for (const name of dependsOn) {
    const raw = first.get(name);
    if (raw === undefined) alike.delete(name);
    else alike.set(name, raw);
  }
  return alike;
}

const goesByTheSame = fc.property(
  documents,
  documents,
  fc.array(step, { maxLength: 6 }),
  (first, second, steps) => {
    const change = changeOf(steps);
    const applied = applyWatched(first, change);
    const after = applyChange(first, change);
    const { edits, dependsOn }: Applied = applied ?? { edits: new Map(), dependsOn: 'all' };
    const asData = [...edits].map(([name, raw]) => ({ key: name, raw }));
    expect(plain(applyChange(first, asData))).toEqual(plain(after));
    if (dependsOn === 'all') return;
    const alike = alikeIn(dependsOn, first, second);
    expect(plain(applyChange(alike, asData))).toEqual(plain(applyChange(alike, change)));
  },
);

propertyInTiers(
  'the edits of a change are right wherever what it goes by is the same',
  { few: 1000, many: 30_000 },
  (numRuns) => fc.assert(goesByTheSame, { numRuns }),
);

it('an update goes by its entry alone, and a transaction that lists the keys by all', () => {
  const document = new Map([
    ['a', '1'],
    ['b', '2'],
  ]);
  const dependsOn = (change: Change) => applyWatched(document, change)?.dependsOn;
  expect(dependsOn(drafted((entries) => entries.set('a', Number(entries.get('a')) + 1)))).toEqual(
    new Set(['a']),
  );
  expect(dependsOn(drafted((entries) => entries.set('c', entries.keys().length)))).toBe('all');
  // Nothing is written of b: another process must not have made it 3 meanwhile.
  expect(
    dependsOn(
      drafted((entries) => {
        entries.set('a', 9);
        entries.set('b', 2);
      }),
    ),
  ).toEqual(new Set(['b']));
});
