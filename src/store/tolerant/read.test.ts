import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferOf, documentOf, entries, entriesIn, numRuns, style } from './damage.test.helper.js';
import { readDamaged } from './read.js';

describe('a whole document', () => {
  it('the reader returns every entry of a whole document as it stands, without a remark', () => {
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

describe('text that an editor or a merge adds between the entries', () => {
  const between = fc.constantFrom(
    '// mine, "x": {"type": "api"}\n',
    '/* "x": {"type": "api"}, */',
    '\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n',
    ',',
    ' \t\r\n',
  );

  it('added comments, commas and merge markers hide no entry', () => {
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

  it('a second document, a byte order mark, UTF-16 or zeros at either end hide no entry', () => {
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
