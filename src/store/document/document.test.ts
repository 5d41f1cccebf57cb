import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue, parseDocument, serializeDocument } from './document.js';

/** Strings full of what a careless cutter would take for structure, and of what JSON must escape. */
const nastyString = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '/',
      ' ',
      '\n',
      '\r',
      '\t',
      '\0',
      '\u2028',
      '\ud800',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const nastyKey = fc.oneof(nastyString, fc.constantFrom('__proto__', 'constructor', '$schema', '7', '-1', ''));
const nastyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      nastyString,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, false),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(nastyKey, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
  ),
})).value;
const nastyEntries = fc.uniqueArray(fc.tuple(nastyKey, nastyValue), { selector: ([key]) => key });

/** Some of the ways in which JSON lets the same value or key be written. */
const anyStyle = fc.constantFrom<(value: unknown) => string>(
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  (value) => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'),
);
const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const escaped = (text: string) => `"${text.split('').map(escapeUnit).join('')}"`;
const anyKeyStyle = fc.constantFrom<(key: string) => string>((key) => JSON.stringify(key), escaped);
const anySpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });

function parse(text: string) {
  return parseDocument(Buffer.from(text));
}

describe('the text of JSON.stringify(value, null, 2)', () => {
  it('the text comes back byte for byte', () => {
    fc.assert(
      fc.property(nastyEntries, (entries) => {
        const text = JSON.stringify(Object.fromEntries(entries), null, 2);
        const document = parse(text);
        expect(document && serializeDocument(document).toString()).toBe(text);
      }),
    );
  });

  it('a document of encoded values is parsed to the same entries', () => {
    fc.assert(
      fc.property(nastyEntries, (entries) => {
        const document = new Map(entries.map(([key, value]) => [key, encodeValue(value) ?? '']));
        const bytes = serializeDocument(document);
        const read = [...(parseDocument(bytes) ?? [])].map(([key, raw]) => [key, decodeValue(raw)]);
        expect(read).toEqual(entries.map(([key, value]) => [key, JSON.parse(JSON.stringify(value))]));
      }),
    );
  });
});

it('a document keeps the raw text and the order of its values, whatever its layout', () => {
  const entry = fc.record({ key: nastyKey, value: nastyValue, style: anyStyle, keyStyle: anyKeyStyle });
  const layout = fc.array(anySpace, { minLength: 5, maxLength: 5 });
  const entries = fc.uniqueArray(entry, { selector: ({ key }) => key });
  fc.assert(
    fc.property(entries, layout, (parts, [s0 = '', s1 = '', s2 = '', s3 = '', s4 = '']) => {
      const raw = parts.map(({ key, value, style }) => [key, style(value)] as const);
      const body = parts.map(({ key, value, style, keyStyle }) => {
        return `${s1}${keyStyle(key)}${s2}:${s3}${style(value)}${s4}`;
      });
      expect([...(parse(`${s0}{${body.join(',') || s1}}${s2}`) ?? ['corrupt'])]).toEqual(raw);
    }),
  );
});

describe('a decoded value', () => {
  const nest = (levels: number, inner: string) =>
    Array.from({ length: levels }, (_, n) => (n % 2 ? '[1,' : '{"]}":')).join('') +
    inner +
    Array.from({ length: levels }, (_, n) => ((levels - n - 1) % 2 ? ',2]' : ',"{":0}')).join('');

  it('a decoded value is the same as that of JSON.parse, down to 128 levels', () => {
    fc.assert(
      fc.property(nastyValue, fc.integer({ min: 0, max: 100 }), (value, levels) => {
        const raw = nest(levels, JSON.stringify(value));
        expect(decodeValue(raw)).toEqual(JSON.parse(raw));
      }),
    );
    const raw = nest(128, '"[[[["');
    expect(decodeValue(raw)).toEqual(JSON.parse(raw));
  });

  it('a decoded value has the JSON of deeper levels as a string', () => {
    fc.assert(
      fc.property(nastyValue, fc.integer({ min: 0, max: 3 }), (value, more) => {
        const inner = nest(more, JSON.stringify([value]));
        const raw = nest(128, inner);
        expect(decodeValue(raw)).toEqual(JSON.parse(nest(128, JSON.stringify(inner))));
      }),
    );
  });
});

it.each([
  '12345678901234567890',
  '1.0',
  '-0',
  '1E+2',
  '1e400',
  '0.1000',
  '"\\/\\u0041"',
  '[ ]',
  '{"b":1,"b":2}',
])('a document keeps %s as it stands', (raw) => {
  const document = parse(`{"a":${raw}}`);
  expect(document && serializeDocument(document).toString()).toBe(`{\n  "a": ${raw}\n}`);
});

it('a document takes the last of duplicate keys, as JSON.parse does', () => {
  expect([...(parse('{"a":1,"b":2,"a":3}') ?? [])]).toEqual([
    ['a', '3'],
    ['b', '2'],
  ]);
});

it('a document may begin with a byte order mark', () => {
  expect([...(parse('\ufeff{"a":1}') ?? [])]).toEqual([['a', '1']]);
});

describe('a text that is no document', () => {
  const sample = Buffer.from(
    '{\n  "é{\\"": { "type": "api", "key": "k}\\\\" },\n  "n": [-1.5e3, true, null]\n}',
  );

  it('the whole sample is a document', () => {
    expect(parseDocument(sample)?.size).toBe(2);
  });

  it.each(Array.from(sample.keys()))('the sample is no document when it is cut after %i bytes', (length) => {
    expect(parseDocument(sample.subarray(0, length))).toBeUndefined();
  });

  it.each<[string, string | number[]]>([
    ['nothing', ''],
    ['white space', ' \n\t\r\n'],
    ['a byte order mark alone', '\ufeff'],
    ['trailing bytes', '{"a":1}}'],
    ['two documents', '{"a":1}\n{"a":2}'],
    ['a document and the rest of a longer one', '{"a":1}"b":2}'],
    ['NUL bytes', '\0\0\0\0\0\0\0\0'],
    ['a document with NUL bytes after it', '{"a":1}\0\0'],
    ['a document with NUL bytes in front', '\0\0{"a":1}'],
    ['invalid UTF-8 in a string', [...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')]],
    ['UTF-8 cut within a character', [...Buffer.from('{"a":"'), 0xc3, ...Buffer.from('"}')]],
    ['UTF-16', [...Buffer.from('{"a":1}', 'utf16le')]],
    ['an array', '[{"a":1}]'],
    ['null', 'null'],
    ['a number', '42'],
    ['a string', '"{}"'],
    ['a boolean', 'true'],
    ['a comment', '{"a":1} // one'],
    ['a trailing comma', '{"a":1,}'],
    ['a bare key', '{a:1}'],
  ])('a text is no document if it is %s', (_, content) => {
    expect(parseDocument(Buffer.from(content as string))).toBeUndefined();
  });
});
