import { describe, expect, it } from 'vitest';
import { jsonFormat } from '../store/document/format.js';
import { parsedOnce } from './parsed.js';

/** A format that counts what it has parsed. */
function counting(name = 'json') {
  const parsed: string[] = [];
  const format = parsedOnce({
    ...jsonFormat,
    name,
    parse(bytes) {
      parsed.push(Buffer.from(bytes).toString());
      return jsonFormat.parse(bytes);
    },
  });
  return { format, parsed };
}

describe('a format that parses each text once', () => {
  it('knows a text again by its bytes, also one that is no document', () => {
    const { format, parsed } = counting();
    for (const text of ['{"a":1}', '{"a":2}', '{"a":1}', '{', '{'])
      expect(format.parse(Buffer.from(text))).toEqual(jsonFormat.parse(Buffer.from(text)));
    expect(parsed).toEqual(['{"a":1}', '{"a":2}', '{']);
  });

  it('knows what it has written, in JSON alone: others may write what reads differently', () => {
    for (const [name, again] of [
      ['json', 0],
      ['ini', 1],
    ] as const) {
      const { format, parsed } = counting(name);
      const document = new Map([['a', '1']]);
      expect(format.parse(format.serialize(document))).toEqual(document);
      expect(parsed).toHaveLength(again);
    }
  });

  it('keeps few texts, and none that is long', () => {
    const { format, parsed } = counting();
    const texts = Array.from({ length: 9 }, (_, at) => `{"a":${at}}`);
    for (const text of [...texts, texts[0] ?? '']) format.parse(Buffer.from(text));
    expect(parsed).toEqual([...texts, texts[0]]);
    const long = Buffer.from(JSON.stringify({ a: 'x'.repeat(300_000) }));
    for (const _ of [1, 2]) format.parse(long);
    expect(parsed).toHaveLength(12);
  });
});
