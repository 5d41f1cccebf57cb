import { describe, expect, it } from 'vitest';
import { parseDocument, serializeDocument } from '../../document/document.js';
import { putBack, readableOf } from './recoverable.js';

const raw = (value: unknown) => JSON.stringify(value);
const document = new Map([
  ['a "quoted, {key}', raw({ type: 'api', key: 'with } , ] and \\" in it' })],
  ['9', '12345678901234567890'],
  ['__proto__', raw([1, [2, { x: 'ä€😀' }]])],
  ['empty', '{}'],
  ['text', raw('last')],
]);
const bytes = serializeDocument(document);

describe('the readable part of a document', () => {
  it('a whole document is readable completely', () => {
    expect(readableOf(bytes)).toEqual({
      entries: document,
      all: [...document].map(([key, raw]) => ({ key, raw })),
      doubled: [],
      unread: [],
      readableBytes: bytes.length,
      remarkBytes: 0,
    });
  });

  it('every complete entry of a cut document is readable, byte for byte, and no half entry is', () => {
    const all = [...document];
    for (let cut = 0; cut < bytes.length; cut++) {
      const { entries, readableBytes } = readableOf(bytes.subarray(0, cut));
      expect([...entries]).toEqual(all.slice(0, entries.size));
      expect(readableBytes).toBeLessThanOrEqual(cut);
      // A comma follows each entry but the last: once that is there, the entry must be.
      const next = all[entries.size];
      const upToNext = serializeDocument(new Map(all.slice(0, entries.size + 1)));
      if (next && entries.size < all.length - 1)
        expect(cut).toBeLessThanOrEqual(upToNext.length - '\n}'.length);
    }
  });

  it.each([
    ['zeros', Buffer.alloc(40)],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x22])],
    ['brackets and quotes', Buffer.from(']}"\\,{[')],
  ])('the entries before %s are readable', (_, garbage) => {
    expect(readableOf(Buffer.concat([bytes, garbage])).entries).toEqual(document);
    const { readableBytes } = readableOf(Buffer.concat([bytes, garbage]));
    expect(readableBytes).toBe(bytes.length);
    const half = Buffer.concat([bytes.subarray(0, bytes.indexOf('"text"')), garbage]);
    expect([...readableOf(half).entries]).toEqual([...document].slice(0, 4));
  });

  it('the entries of a second document behind the first are readable, with every value of a doubled key', () => {
    const { entries, all, doubled } = readableOf(Buffer.concat([bytes, Buffer.from('{"x": 1, "text": 2}')]));
    expect([...entries]).toEqual(
      [...document, ['x', '1']].map(([key, raw]) => [key, key === 'text' ? '2' : raw]),
    );
    expect(all.filter(({ key }) => key === 'text').map(({ raw }) => raw)).toEqual(['"last"', '2']);
    expect(doubled).toEqual(['text']);
  });

  it.each(['', ' ', '[1, {"a": 1}, 2]', '"text"', 'null', '\0\0\0', '}{', '{'])(
    'nothing of %j is readable',
    (text) => {
      expect(readableOf(Buffer.from(text)).entries.size).toBe(0);
    },
  );
});

describe('restoring entries', () => {
  const parse = (text: string) => parseDocument(Buffer.from(text)) ?? new Map();
  const trim = (key: string) => key.replace(/\/$/, '');
  const earlier = parse('{"a": 1, "b/": 2, "c": 3}');

  it('restoring adds what is missing and leaves what is there, also under an equivalent name', () => {
    const current = parse('{"z": 0, "a": "newer", "b": "newer"}');
    const { document, restored, kept } = putBack(current, earlier, { overwrite: false, normalize: trim });
    expect(document).toEqual(parse('{"z": 0, "a": "newer", "b": "newer", "c": 3}'));
    expect([restored, kept]).toEqual([['c'], ['a', 'b/']]);
  });

  it('restoring with overwrite replaces what is there', () => {
    const current = parse('{"a": "newer", "b": "newer", "c": 3}');
    const { document, restored, kept } = putBack(current, earlier, { overwrite: true, normalize: trim });
    expect(document).toEqual(earlier);
    expect([restored, kept]).toEqual([['a', 'b/'], ['c']]);
  });

  it('restoring changes nothing where every entry is there', () => {
    expect(putBack(earlier, earlier, { overwrite: true, normalize: trim }).document).toBe(earlier);
  });
});
