import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoreEvent } from '../../backend/backend.js';
import { doubledKeys, parseDocument } from '../../document/document.js';
import { failureOf, modeOf, newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';

const first = '{"type":"api","key":"sk-first-0001"}';
const second = '{"type":"api","key":"sk-second-0002"}';
const twice = `{"a":${first},"b":1,"\\u0061":${second}}`;

/** A file in which another program has written a key twice. */
function newDoubled(text = twice) {
  const file = newFile();
  writeFileSync(file, text, { mode: 0o600 });
  const events: StoreEvent[] = [];
  return { file, events, store: openStore(file, { onEvent: (event) => events.push(event) }) };
}

const keptBeside = (file: string) =>
  readdirSync(path.dirname(file))
    .filter((name) => name.includes('.corrupt-'))
    .map((name) => path.join(path.dirname(file), name));

describe('a key that is in the file twice', () => {
  it.each<[string, string, string[]]>([
    ['twice', twice, ['a']],
    ['three times', `{"a":1,"a":2,"a":1,"b":[],"b":{}}`, ['a', 'b']],
    ['twice, and the same', `{"a":${first},"a":${first}}`, []],
    ['within an entry alone', `{"a":{"key":1,"key":2}}`, []],
    ['of a large entry', `{"a":"${'x'.repeat(2_000_000)}","c":0,"a":"${'y'.repeat(2_000_000)}"}`, ['a']],
    [
      'with a name that objects have',
      '{"__proto__":1,"__proto__":2,"constructor":1,"constructor":3}',
      ['__proto__', 'constructor'],
    ],
  ])('a doubled key is found at the top level only where its values differ: %s', (_, text, keys) => {
    const document = parseDocument(Buffer.from(text));
    expect(document && doubledKeys(document)).toEqual(keys);
  });

  it('a doubled key is read as its last value, and reading changes nothing', async () => {
    const { file, events, store } = newDoubled();
    expect(await store.get('a')).toEqual(JSON.parse(second));
    expect([textOf(file), events, keptBeside(file)]).toEqual([twice, [], []]);
  });

  it('the first write keeps a copy with both values of a doubled key, once, and reports it', async () => {
    const { file, events, store } = newDoubled();
    for (const n of [1, 2, 3]) await store.set('c', n);
    expect(JSON.parse(textOf(file))).toEqual({ a: JSON.parse(second), b: 1, c: 3 });
    const [kept = '', ...more] = keptBeside(file);
    expect(more).toEqual([]);
    expect([textOf(kept), modeOf(kept)]).toEqual([twice, '600']);
    expect(events).toEqual([{ type: 'doubled', file, keys: ['a'], quarantine: kept }]);
  });

  it('a doubled key that another process writes between two commits is kept, too', async () => {
    const { file, store } = newDoubled('{"b":1}');
    await store.set('c', 1);
    writeFileSync(file, twice);
    await store.set('c', 2);
    expect(keptBeside(file).map(textOf)).toEqual([twice]);
  });

  it('a doubled key is restored with both values from the copy, or kept where a write comes with that', async () => {
    for (const isRead of [true, false]) {
      const { file, store } = newDoubled();
      // The copy takes over what the file holds.
      await openStore(file).set('z', 1);
      writeFileSync(file, twice);
      await openStore(file).transaction([]);
      await store.close();
      expect(readFileSync(`${file}.last`, 'utf8')).toContain(first);
      for (const place of keptBeside(file)) writeFileSync(place, 'elsewhere');
      writeFileSync(file, '{"damaged');
      const again = openStore(file);
      if (isRead) {
        await again.all();
        expect(textOf(file)).toBe(twice);
      }
      await again.set('c', 1);
      expect(keptBeside(file).map(textOf)).toContain(twice);
    }
  });
});

describe('the error about a file that is not JSON', () => {
  it.each([
    ['{"a": 1,\n  "b": CANARY}', 'line 2, column 8: text without quotes'],
    ['{"é😀": "x", // CANARY\n"b": 1}', 'line 1, column 13: a comment'],
    ['{"a": 1,}', 'line 1, column 8: a trailing comma'],
    ['{"a": "CANARY', 'line 1, column 7: a string without an end on its line'],
    ['{"a": {"b": 1', 'line 1, column 14: the end of the text, with brackets still open'],
    ['{"a": 1}\r\n{"CANARY": 1}', 'line 2, column 1: a second object'],
    ['["CANARY"]', 'line 1, column 1: no object'],
    ['\0\0\0\0', 'line 1, column 1: zeros'],
  ])('the error names the place and the kind of the fault, and quotes nothing: %j', async (text, place) => {
    const { store } = newDoubled(text);
    const { message } = await failureOf(store.all());
    expect(message).toContain(`(its ${Buffer.byteLength(text)} bytes are not one JSON object (${place}))`);
    expect(message).not.toContain('CANARY');
  });
});
