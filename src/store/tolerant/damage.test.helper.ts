import fc from 'fast-check';
import { atLeast } from '../../amount.test.helper.js';
import { readDamaged } from './read.js';

/** More by hand: `HOLDFAST_DAMAGES=100000 npx vitest run src/store/tolerant`. */
export const numRuns = atLeast(300, 'HOLDFAST_DAMAGES');

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '"', '\\', '{', '}', ',', ':', '/', '*', '\n', 'é', '😀', '\0', ' '),
  maxLength: 8,
});
const secret = fc.string({
  unit: fc.constantFrom('s', 'k', '-', '0', '9'),
  minLength: 3,
  maxLength: 12,
});
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
export const style = fc.constantFrom(
  { space: 0, newline: '' },
  { space: 2, newline: '\n' },
  { space: '\t', newline: '\n' },
  { space: 4, newline: '\r\n' },
);
export const entries = fc.uniqueArray(fc.tuple(name, value), {
  selector: ([key]) => key,
  minLength: 1,
  maxLength: 5,
});

/** One byte, and which entry it belongs to: its number, or -1. */
export interface Byte {
  byte: number;
  owner: number;
  isTouched?: boolean;
}

export interface Original {
  key: string;
  raw: string;
  length: number;
}

/** A document as `JSON.stringify` writes it, byte by byte. */
export function documentOf(
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

export const bufferOf = (bytes: readonly Byte[]) => Buffer.from(bytes.map(({ byte }) => byte));
export const isSpaceOrBracket = (byte = 0) => ' \t\r\n{},'.includes(String.fromCharCode(byte));

export function placesOf(ranges: readonly { from: number; to: number }[]): Set<number> {
  return new Set(ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n)));
}

export const entriesIn = (bytes: Buffer) => readDamaged(bytes).entries.map(({ key, raw }) => ({ key, raw }));

export type Damage =
  | { kind: 'flip'; at: number; to: number }
  | { kind: 'insert'; at: number; text: string }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'cut'; at: number }
  | { kind: 'zero'; at: number; length: number };

const at = fc.double({ min: 0, max: 0.9999, noNaN: true });
const structure = fc.constantFrom(...[...'{}[]",:\\/\n 0x\0'].map((text) => text.charCodeAt(0)));
export const damage: fc.Arbitrary<Damage> = fc.oneof(
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

export function apply(bytes: readonly Byte[], change: Damage): Byte[] {
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
