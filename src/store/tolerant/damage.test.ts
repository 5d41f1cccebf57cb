import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../document/document.js';
import {
  apply,
  type Byte,
  bufferOf,
  damage,
  documentOf,
  entries,
  isSpaceOrBracket,
  numRuns,
  placesOf,
  style,
} from './damage.test.helper.js';
import { readDamaged } from './read.js';

it.each([
  ['a bracket too early', '{"b":{"type":"api"}"key":"sk"},"c":{"type":"api"}}', ['c']],
  ['a bracket that is gone', '{"b":k"type":"api","key":"x","child":{"n":1}},"c":{"type":"api"}}', ['c']],
  ['a quote within a secret', '{"a":"sk-ab"cd","c":{"type":"api"}}', ['c']],
  ['a quote and a comma within a secret', '{"a":"sk-ab",cd","c":{"type":"api"}}', ['c']],
  ['a number that may be cut', '{"c":{"type":"api"},"n":12', ['c']],
  ['a beginning that is lost', '{"type":"api","key":"x"},"c":{"type":"api"}}', ['c']],
  ['two keys that became one, and a bracket too many', '{\n  "optype": "new",\n  "inner": []\n  }\n}', []],
  ['the end of a longer text behind it', '{"n":1,"c":{"type":"api"}}"}}', ['n', 'c']],
  ['brackets of a longer text behind it', '{"n":1,"c":{"type":"api"}}}}', ['c']],
  ['a comment over what opens the brackets', '//  "inner": [\n  {\n  "secret": "sss"\n  }\n ]\n}\n}', []],
  ['a comment, and zeros in it', '//\0\0\0  "inner": [\n  {\n  "secret": "sss"\n  }\n ]\n}\n}', []],
  ['a comment before it', '// mine\n{"c":{"type":"api"},"x', ['c']],
  ['comments before it, on its line, too', '// mine\n /* all */ {"c":{"type":"api"},"x', ['c']],
  ['zeros before a bracket', '\0\0\0{"n":1},"c":{"type":"api"}}', ['c']],
])('no damaged entry is returned from a text with %s', (_, text, keys) => {
  expect(readDamaged(Buffer.from(text)).entries.map(({ key }) => key)).toEqual(keys);
});

describe('a document with damaged bytes', () => {
  const twoDocuments = fc.option(entries, { nil: undefined });

  it('the reader invents no entry, and finds or reports every intact one', () => {
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

  it('the reader reports a fault exactly where a strict reader refuses the document', () => {
    const changes = fc.array(damage, { minLength: 0, maxLength: 2 });
    fc.assert(
      fc.property(entries, style, changes, (parts, layout, damages) => {
        const bytes = bufferOf(damages.reduce<Byte[]>(apply, documentOf(parts, layout).bytes));
        expect(readDamaged(bytes).fault === undefined).toBe(parseDocument(bytes) !== undefined);
      }),
      { numRuns },
    );
  });

  it('every byte that is neither space nor punctuation is in an entry, a remark or an unread range', () => {
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
