import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, type Frame, FrameReader } from './frames.js';

function encoded(frame: Frame): Buffer {
  const words = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer);
  const whole = (kind: string, payload: Buffer) =>
    Buffer.concat([words(kind.charCodeAt(0), payload.length), payload]);
  switch (frame.type) {
    case 'text':
      return whole('T', Buffer.concat([words(frame.id), frame.bytes]));
    case 'drop':
      return whole('D', words(frame.id));
    case 'commit': {
      const bases = frame.bases.flatMap(({ id, ageMs, isWritten }) => [id, ageMs, Number(isWritten)]);
      const { number, written, isLate } = frame;
      return whole('C', words(number, written, Number(isLate), frame.bases.length, ...bases));
    }
    case 'note':
      return whole('N', Buffer.from(`${frame.word} ${frame.of}`));
    case 'started':
      return whole('S', Buffer.alloc(0));
    case 'refused':
      return whole('X', words(frame.code, frame.errno));
    case 'ended':
      return whole('E', words(frame.code, frame.signal, Number(frame.goesOn)));
  }
}

const number = fc.nat();
const base = fc.record({ id: number, ageMs: number, isWritten: fc.boolean() });
const frames = fc.oneof<fc.Arbitrary<Frame>[]>(
  fc.record({ type: fc.constant('text'), id: number, bytes: fc.uint8Array().map((all) => Buffer.from(all)) }),
  fc.record({ type: fc.constant('drop'), id: number }),
  fc.record({
    type: fc.constant('commit'),
    number,
    written: number,
    isLate: fc.boolean(),
    bases: fc.array(base, { maxLength: 8 }),
  }),
  fc.record({ type: fc.constant('note'), word: fc.constant('unreadable'), of: fc.constant('a program') }),
  fc.record({ type: fc.constant('started') }),
  fc.record({ type: fc.constant('refused'), code: number, errno: number }),
  fc.record({ type: fc.constant('ended'), code: number, signal: number, goesOn: fc.boolean() }),
);

describe('the frames of the helper', () => {
  it('are the same in whatever parts they come', () => {
    fc.assert(
      fc.property(fc.array(frames), fc.array(fc.integer({ min: 1, max: 40 })), (all, parts) => {
        const reader = new FrameReader();
        let rest = Buffer.concat(all.map(encoded));
        const found: Frame[] = [];
        for (const size of [...parts, rest.length]) {
          found.push(...reader.push(rest.subarray(0, size)));
          rest = rest.subarray(size);
        }
        expect(found).toEqual(all);
      }),
    );
  });

  it('are refused where they can be none', () => {
    expect(() => new FrameReader().push(Buffer.from('Z\0\0\0\0\0\0\0'))).toThrow('unknown kind');
    expect(() => new FrameReader().push(Buffer.from('T\0\0\0\xff\xff\xff\xff', 'latin1'))).toThrow(
      'too long',
    );
    // Shorter than what it says that it holds.
    expect(() => new FrameReader().push(Buffer.from('D\0\0\0\0\0\0\0'))).toThrow(RangeError);
  });

  it('are answered by three numbers', () => {
    expect([...new Int32Array(new Uint8Array(answerOf(7, 5, undefined)).buffer)]).toEqual([7, 5, 0]);
  });
});
