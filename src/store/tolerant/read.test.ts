import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../document.js';
import { readDamaged } from './read.js';

/** More by hand: `HOLDFAST_DAMAGES=100000 npx vitest run src/store/tolerant`. */
const numRuns = Number(process.env.HOLDFAST_DAMAGES ?? 300);

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '"', '\\', '{', '}', ',', ':', '/', '*', '\n', 'é', '😀', '\0', ' '),
  maxLength: 8,
});
const secret = fc.string({ unit: fc.constantFrom('s', 'k', '-', '0', '9'), minLength: 3, maxLength: 12 });
const credential = fc.oneof(
  fc.record({ type: fc.constant('api'), key: secret }),
  fc.record({ type: fc.constant('api'), key: word, metadata: fc.record({ instance: word, more: word }) }),
  fc.record({ type: fc.constant('oauth'), refresh: secret, access: word, expires: fc.nat() }),
  fc.record({
    type: fc.constant('new'),
    inner: fc.array(fc.record({ secret, n: fc.nat() }), { maxLength: 3 }),
  }),
);
const generic = fc.oneof(
  fc.nat(),
  word,
  fc.constantFrom(null, true, 1.5e-7, -0.5),
  fc.dictionary(word, word),
);
const name = fc.oneof(fc.constantFrom('openai', 'https://x.y/', '$schema', '__proto__', '7', 'é😀'), secret);
const value = fc.oneof({ weight: 4, arbitrary: credential }, { weight: 1, arbitrary: generic });
const style = fc.constantFrom(
  { space: 0, newline: '' },
  { space: 2, newline: '\n' },
  { space: '\t', newline: '\n' },
  { space: 4, newline: '\r\n' },
);
const entries = fc.uniqueArray(fc.tuple(name, value), {
  selector: ([key]) => key,
  minLength: 1,
  maxLength: 5,
});

/** One byte, and which entry it belongs to: its number, or -1. */
interface Byte {
  byte: number;
  owner: number;
  isTouched?: boolean;
}

interface Original {
  key: string;
  raw: string;
  length: number;
}

/** A document as `JSON.stringify` writes it, byte by byte. */
function documentOf(
  parts: readonly (readonly [string, unknown])[],
  { space, newline }: { space: number | string; newline: string },
  first = 0,
): { bytes: Byte[]; originals: Original[] } {
  const bytes: Byte[] = [];
  const add = (text: string, owner: number) => {
    for (const byte of Buffer.from(text)) bytes.push({ byte, owner });
  };
  const indent = typeof space === 'number' ? ' '.repeat(space) : space;
  const originals = parts.map(([key, value]) => {
    const raw = JSON.stringify(value, null, space).replaceAll('\n', `${newline}${indent}`);
    const text = `${JSON.stringify(key)}:${indent && ' '}${raw}`;
    return { key, raw, text, length: Buffer.byteLength(text) };
  });
  add('{', -1);
  originals.forEach(({ text }, n) => {
    add(`${n > 0 ? ',' : ''}${newline}${indent}`, -1);
    add(text, first + n);
  });
  add(`${newline}}`, -1);
  return { bytes, originals };
}

const bufferOf = (bytes: readonly Byte[]) => Buffer.from(bytes.map(({ byte }) => byte));
const isSpaceOrBracket = (byte = 0) => ' \t\r\n{},'.includes(String.fromCharCode(byte));

function placesOf(ranges: readonly { from: number; to: number }[]): Set<number> {
  return new Set(ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n)));
}

const entriesIn = (bytes: Buffer) => readDamaged(bytes).entries.map(({ key, raw }) => ({ key, raw }));

describe('what is whole', () => {
  it('is read as it stands, with nothing to remark', () => {
    fc.assert(
      fc.property(entries, style, (parts, layout) => {
        const { bytes, originals } = documentOf(parts, layout);
        const reading = readDamaged(bufferOf(bytes));
        expect(reading).toMatchObject({ unread: [], remarks: [], fault: undefined });
        expect(reading.entries.map(({ key, raw }) => ({ key, raw }))).toEqual(
          originals.map(({ key, raw }) => ({ key, raw })),
        );
        for (const [n, { from, to }] of reading.entries.entries())
          expect(bytes.slice(from, to).every(({ owner }) => owner === n)).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe('what a hand, an editor or a merge adds between the entries', () => {
  const between = fc.constantFrom(
    '// mine, "x": {"type": "api"}\n',
    '/* "x": {"type": "api"}, */',
    '\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n',
    ',',
    ' \t\r\n',
  );

  it('hides none of them', () => {
    const additions = fc.array(between, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(entries, style, additions, (parts, layout, more) => {
        const { bytes, originals } = documentOf(parts, layout);
        const text = bytes
          .map(({ byte, owner }, at) => {
            const isBehind = owner >= 0 && bytes[at + 1]?.owner === -1;
            return String.fromCharCode(byte) + (isBehind ? (more[owner] ?? '') : '');
          })
          .join('');
        const reading = readDamaged(Buffer.from(text, 'latin1'));
        expect(reading.unread).toEqual([]);
        expect(reading.entries.map(({ key, raw }) => ({ key, raw }))).toEqual(
          originals.map(({ key, raw }) => ({ key, raw })),
        );
      }),
      { numRuns },
    );
  });

  it('nor does another document, a byte order mark, UTF-16, or a block of zeros at either end', () => {
    const encode = fc.constantFrom<(text: string) => Buffer>(
      (text) => Buffer.from(text),
      (text) => Buffer.from(`\ufeff${text}`),
      (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
      (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      (text) => Buffer.from(`${'\0'.repeat(64)}${text}`),
      (text) => Buffer.from(`${text}${'\0'.repeat(64)}`),
    );
    fc.assert(
      fc.property(entries, entries, style, encode, (one, two, layout, encoded) => {
        const documents = [one, two].map((parts) => documentOf(parts, layout));
        const text = documents.map(({ bytes }) => bufferOf(bytes).toString()).join('\n');
        const bytes = encoded(text);
        const reading = readDamaged(bytes);
        expect(reading.unread.filter((range) => range.zeros !== range.to - range.from)).toEqual([]);
        const expected = documents.flatMap(({ originals }) => originals);
        expect(entriesIn(bytes)).toEqual(expected.map(({ key, raw }) => ({ key, raw })));
        for (const { from, to } of reading.entries)
          expect([from < to, to <= bytes.length]).toEqual([true, true]);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

type Damage =
  | { kind: 'flip'; at: number; to: number }
  | { kind: 'insert'; at: number; text: string }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'cut'; at: number }
  | { kind: 'zero'; at: number; length: number };

const at = fc.double({ min: 0, max: 0.9999, noNaN: true });
const structure = fc.constantFrom(...[...'{}[]",:\\/\n 0x\0'].map((text) => text.charCodeAt(0)));
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at, to: fc.oneof(structure, fc.nat(255)) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at,
    text: fc.constantFrom(
      '//',
      '/*',
      ',',
      '"',
      '{',
      '}',
      '\n',
      '<<<<<<< HEAD\n',
      '\n=======\n',
      '{"a":{',
      'x',
    ),
  }),
  fc.record({ kind: fc.constant('remove' as const), at, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('zero' as const), at, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('cut' as const), at }),
);

function apply(bytes: readonly Byte[], change: Damage): Byte[] {
  const place = Math.floor(change.at * bytes.length);
  const touched = (byte: number, owner = -1): Byte => ({ byte, owner, isTouched: true });
  const before = bytes.slice(0, place);
  const rest = bytes.slice(place);
  // What stands beside a gap is not what stood there.
  const edge = (list: Byte[], n: number) => list.map((b, i) => (i === n ? { ...b, isTouched: true } : b));
  switch (change.kind) {
    case 'flip':
      return [...before, ...rest.slice(0, 1).map(({ owner }) => touched(change.to, owner)), ...rest.slice(1)];
    case 'insert':
      return [...before, ...[...Buffer.from(change.text)].map((byte) => touched(byte)), ...rest];
    case 'zero':
      return [
        ...before,
        ...rest.slice(0, change.length).map(({ owner }) => touched(0, owner)),
        ...rest.slice(change.length),
      ];
    case 'remove':
      return [...edge(before, place - 1), ...edge(rest.slice(change.length), 0)];
    case 'cut':
      return edge(before, place - 1);
  }
}

it.each([
  ['a bracket too early', '{"b":{"type":"api"}"key":"sk"},"c":{"type":"api"}}', ['c']],
  ['a bracket that is gone', '{"b":k"type":"api","key":"x","child":{"n":1}},"c":{"type":"api"}}', ['c']],
  ['a quote within a secret', '{"a":"sk-ab"cd","c":{"type":"api"}}', ['c']],
  ['a quote and a comma within a secret', '{"a":"sk-ab",cd","c":{"type":"api"}}', ['c']],
  ['a number that may be cut', '{"c":{"type":"api"},"n":12', ['c']],
  ['a beginning that is lost', '{"type":"api","key":"x"},"c":{"type":"api"}}', ['c']],
  ['zeros before a bracket', '\0\0\0{"n":1},"c":{"type":"api"}}', ['c']],
])('%s makes no entry', (_, text, keys) => {
  expect(readDamaged(Buffer.from(text)).entries.map(({ key }) => key)).toEqual(keys);
});

describe('whatever has happened to the bytes', () => {
  const twoDocuments = fc.option(entries, { nil: undefined });

  it('no entry comes out that did not go in, and none that is untouched is passed over without a word', () => {
    const changes = fc.array(damage, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(entries, twoDocuments, style, changes, (one, two, layout, damages) => {
        const first = documentOf(one, layout);
        const second = two && documentOf(two, layout, one.length);
        const originals = [...first.originals, ...(second?.originals ?? [])];
        const bytes = damages.reduce<Byte[]>(apply, [...first.bytes, ...(second?.bytes ?? [])]);
        const reading = readDamaged(bufferOf(bytes));
        const isTouched = ({ from, to }: { from: number; to: number }) =>
          bytes.slice(from, to).some((byte) => byte.isTouched);

        for (const entry of reading.entries) {
          const isOriginal = originals.some(({ key, raw }) => key === entry.key && raw === entry.raw);
          // Cut just before a bracket, an inner object looks like a whole document.
          if (bytes[0]?.isTouched && bytes[0].owner >= 0) continue;
          // And a bracket that the damage itself has put there makes one.
          if (bytes.slice(0, entry.from).some(({ byte, isTouched }) => isTouched && byte === 0x7b)) continue;
          // One bit of a secret can be another secret: nothing tells that. But no byte of another entry may be taken for one.
          if (!isOriginal && !isTouched(entry)) expect.fail(`invented ${entry.key}: ${entry.raw}`);
        }
        const told = placesOf([...reading.unread, ...reading.remarks]);
        originals.forEach(({ key, raw, length }, owner) => {
          const from = bytes.findIndex((byte) => byte.owner === owner);
          const own = bytes.slice(from, from + length);
          const isIntact =
            own.length === length && own.every((byte) => byte.owner === owner && !byte.isTouched);
          if (!isIntact) return;
          const isIn = (range: { from: number; to: number }) =>
            range.from <= from && range.to >= from + length;
          const isFound = reading.entries.some(
            (entry) => isIn(entry) && entry.key === key && entry.raw === raw,
          );
          const isTold = own.every((_, n) => told.has(from + n) || isSpaceOrBracket(own[n]?.byte));
          // A bracket that is gone may make it a field of the one before, which is then no entry that went in.
          const isSwallowed = reading.entries.some((entry) => isIn(entry) && isTouched(entry));
          if (!isFound && !isTold && !isSwallowed) expect.fail(`passed over ${key}: ${raw}`);
        });
      }),
      { numRuns: 2 * numRuns },
    );
  });

  it('it says where the bytes end to be JSON exactly where a strict reader takes them for damaged', () => {
    const changes = fc.array(damage, { minLength: 0, maxLength: 2 });
    fc.assert(
      fc.property(entries, style, changes, (parts, layout, damages) => {
        const bytes = bufferOf(damages.reduce<Byte[]>(apply, documentOf(parts, layout).bytes));
        expect(readDamaged(bytes).fault === undefined).toBe(parseDocument(bytes) !== undefined);
      }),
      { numRuns },
    );
  });

  it('every byte that is neither space nor punctuation is in an entry, a remark, or what is unread', () => {
    const changes = fc.array(damage, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(entries, style, changes, (parts, layout, damages) => {
        const bytes = bufferOf(damages.reduce<Byte[]>(apply, documentOf(parts, layout).bytes));
        const { entries: found, remarks, unread } = readDamaged(bytes);
        const covered = placesOf([...found, ...remarks, ...unread]);
        const passed = [...bytes].filter((byte, n) => !covered.has(n) && !isSpaceOrBracket(byte));
        expect(passed).toEqual([]);
      }),
      { numRuns },
    );
  });
});
