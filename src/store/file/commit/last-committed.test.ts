import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLastCommitted, encodeLastCommitted, type LastCommitted } from './last-committed.js';

describe('the last-committed copy', () => {
  const copyOf = (bytes: Uint8Array): LastCommitted => ({
    id: 'an-id',
    epoch: 'an-epoch',
    replaces: 'none',
    replacesStale: false,
    identity: '1.2.3.4',
    applied: ['a'],
    applying: ['b', 'c'],
    generations: [{ since: 7, before: [['key', null]] }],
    bytes: Buffer.from(bytes),
  });
  const record = (bytes: Uint8Array) => encodeLastCommitted(copyOf(bytes));

  it('the copy is decoded as it was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeLastCommitted(record(bytes))).toEqual(copyOf(bytes));
      }),
    );
  });
  it('a generation is encoded once, however many commits hand it on', () => {
    let encodings = 0;
    const counted = {
      since: 8,
      get before() {
        encodings++;
        return [['other', 'print']] as const;
      },
    };
    const copy = { ...copyOf(Buffer.from('{}')), generations: [counted] };
    const [first, second] = [encodeLastCommitted(copy), encodeLastCommitted({ ...copy, id: 'the-next' })];
    expect(encodings).toBe(1);
    expect(decodeLastCommitted(first)?.generations).toEqual([{ since: 8, before: [['other', 'print']] }]);
    expect(decodeLastCommitted(second)?.generations).toEqual(decodeLastCommitted(first)?.generations);
  });
  it('the generations are the last field of the record, as JSON writes them', () => {
    const { bytes, ...head } = copyOf(Buffer.from('{}'));
    expect(record(bytes).toString('utf8').split('\n')[1]).toBe(JSON.stringify(head));
  });
  it('a copy in one format is none in another one', () => {
    const bytes = Buffer.from('a=1');
    const inLines = encodeLastCommitted(copyOf(bytes), 'ini');
    expect(decodeLastCommitted(inLines, 'ini')).toEqual(copyOf(bytes));
    expect([decodeLastCommitted(inLines), decodeLastCommitted(record(bytes), 'ini')]).toEqual([
      undefined,
      undefined,
    ]);
  });
  it('the copy is rejected if any bit of it differs or any part is missing', () => {
    const whole = record(Buffer.from('{"a":1}'));
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(decodeLastCommitted(flipped)).toBeUndefined();
      expect(decodeLastCommitted(whole.subarray(0, at))).toBeUndefined();
    }
  });
});
