import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoreEvent } from '../../backend/backend.js';
import { around } from '../../calls.test.helper.js';
import { allTextOf, failureOf, modeOf, newDirectory, newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';

const committed = { alpha: { type: 'api', key: 'CANARY' }, beta: { n: [1, null, '}'] } };
const committedBytes = Buffer.from(JSON.stringify(committed, null, 2));
let sample: string;

beforeAll(async () => {
  sample = newDirectory();
  const store = openStore(path.join(sample, 'auth.json'));
  await store.set('alpha', committed.alpha);
  await store.set('beta', committed.beta);
  expect(readFileSync(path.join(sample, 'auth.json'))).toEqual(committedBytes);
});

/** A file with two acknowledged writes, and then changed in some way from outside. */
function damaged(bytes: Uint8Array | undefined) {
  const directory = newDirectory();
  cpSync(sample, directory, { recursive: true });
  const file = path.join(directory, 'auth.json');
  if (bytes) writeFileSync(file, bytes);
  else rmSync(file);
  const events: Recovered[] = [];
  return { file, events, store: openStore(file, { onEvent: (event) => events.push(event as Recovered) }) };
}

type Recovered = Extract<StoreEvent, { type: 'recovered' }> & { quarantine: string };

async function expectRestored(bytes: Buffer) {
  const { file, events, store } = damaged(bytes);
  expect(await store.all()).toEqual(committed);
  expect(readFileSync(file)).toEqual(committedBytes);
  expect(events).toEqual([
    { type: 'recovered', file, quarantine: expect.any(String), reason: expect.any(String) },
  ]);
  for (const { quarantine, reason } of events) {
    expect(readFileSync(quarantine)).toEqual(Buffer.from(bytes));
    expect(modeOf(quarantine)).toBe('600');
    expect(reason).not.toContain('CANARY');
  }
}

const damages: [string, Buffer][] = [
  ['white space', Buffer.from('\n  \n')],
  ['garbage', Buffer.from([0x89, 0x50, 0xff, 0x00, 0x0a])],
  ['NUL bytes, as after a power loss', Buffer.alloc(committedBytes.length)],
  ['trailing bytes of a longer state', Buffer.concat([committedBytes, Buffer.from('"}\n}')])],
  ['an array', Buffer.from('[]')],
  ['null', Buffer.from('null')],
  ['a number', Buffer.from('42')],
  ['a string', Buffer.from('"{}"')],
];

describe.concurrent('an unusable file', () => {
  it.each(damages)(
    'reading an unusable file restores the last committed state and keeps its bytes: %s',
    (_, bytes) => expectRestored(bytes),
  );

  it('reading a file that was cut at any byte restores the last committed state', async () => {
    await Promise.all(
      [...committedBytes.keys()].map((length) => expectRestored(committedBytes.subarray(0, length))),
    );
  });

  it('a write to an unusable file starts from all that was acknowledged', async () => {
    const { file, events, store } = damaged(Buffer.from('{"alpha'));
    await store.set('gamma', 3);
    expect(JSON.parse(textOf(file))).toEqual({ ...committed, gamma: 3 });
    expect(events).toHaveLength(1);
    expect(readFileSync(events[0]?.quarantine ?? '', 'utf8')).toBe('{"alpha');
  });

  it('several stores that find an unusable file lose no write', async () => {
    const { file } = damaged(Buffer.from('{"alpha'));
    const stores = Array.from({ length: 4 }, () => openStore(file));
    await Promise.all(stores.map((store, n) => store.set(`new-${n}`, n)));
    expect(JSON.parse(textOf(file))).toEqual({
      ...committed,
      'new-0': 0,
      'new-1': 1,
      'new-2': 2,
      'new-3': 3,
    });
  });

  it('the first damaged file and the newest three are kept, however often the file is damaged', async () => {
    const { file, store } = damaged(undefined);
    for (const text of ['{1', '{2', '{3', '{4', '{5']) {
      await store.set('n', text);
      writeFileSync(file, text);
      expect(await store.get('n')).toBe(text);
    }
    const kept = readdirSync(path.dirname(file)).filter((name) => name.includes('.corrupt-'));
    const texts = kept.map((name) => textOf(path.join(path.dirname(file), name)));
    expect(texts.sort()).toEqual(['{1', '{3', '{4', '{5']);
  });

  it('a listener that throws does not fail the commit', async () => {
    const { file } = damaged(Buffer.from('{"alpha'));
    const onEvent = () => {
      throw new Error('mine');
    };
    await openStore(file, { onEvent }).set('gamma', 3);
    expect(JSON.parse(textOf(file))).toEqual({ ...committed, gamma: 3 });
  });
});

it('a write in place that is under way is waited for, and not taken for damage', async () => {
  const whole = JSON.stringify({ ...committed, foreign: true });
  const { file, events, store } = damaged(Buffer.from(whole.slice(0, 7)));
  const [seen] = await Promise.all([store.all(), Promise.resolve().then(() => writeFileSync(file, whole))]);
  expect(seen).toEqual({ ...committed, foreign: true });
  expect(events).toEqual([{ type: 'adopted', file, keys: ['foreign'] }]);
  expect(readdirSync(path.dirname(file))).not.toContainEqual(expect.stringContaining('.corrupt-'));
});

it('a file that never settles ends the wait at the deadline, for readers and writers', async () => {
  const { file } = damaged(Buffer.from('{'));
  const store = openStore(file, { deadlineMs: 300 });
  const restore = scribbleBeforeEachLook(file);
  try {
    const errors = await Promise.all([failureOf(store.all()), failureOf(store.set('a', 1))]);
    expect(errors.map(({ code, definite }) => [code, definite])).toEqual([
      ['E_TIMEOUT', true],
      ['E_TIMEOUT', true],
    ]);
  } finally {
    restore();
  }
});

/** Each open of the file finds other bytes than before. @returns a function that ends it */
function scribbleBeforeEachLook(file: string): () => void {
  let looks = 0;
  // To write the file opens it, too.
  let isScribbling = false;
  return around('openSync', (place) => place === file && !isScribbling, {
    before: () => {
      isScribbling = true;
      writeFileSync(file, `{"half": ${looks++}`);
      isScribbling = false;
    },
    always: true,
  });
}

describe('a file that is missing', () => {
  it('a missing file is empty, whatever the copy holds', async () => {
    const { file, events, store } = damaged(undefined);
    expect(await store.all()).toEqual({});
    expect(await store.get('alpha')).toBeUndefined();
    expect(existsSync(file)).toBe(false);
    expect(events).toEqual([]);
  });

  it('a missing file has only the next write, even after later damage', async () => {
    const { file, store } = damaged(undefined);
    await store.set('gamma', 3);
    expect(JSON.parse(textOf(file))).toEqual({ gamma: 3 });
    writeFileSync(file, '');
    expect(await store.all()).toEqual({ gamma: 3 });
  });
});

describe('a damaged file whose copy is unusable', () => {
  const cases: [string, (last: string) => void][] = [
    ['cut', (last) => writeFileSync(last, readFileSync(last).subarray(0, -1))],
    [
      'one letter changed',
      (last) => writeFileSync(last, readFileSync(last, 'latin1').replace('alpha', 'alphb'), 'latin1'),
    ],
    ['garbage', (last) => writeFileSync(last, 'CANARY')],
    ['missing', (last) => rmSync(last)],
  ];

  it.each(cases)('every call names the file and its copy (%s), and writes nothing', async (_, spoil) => {
    const { file, store } = damaged(Buffer.from('{"alpha": "CANARY'));
    spoil(`${file}.last`);
    const before = contentsOf(path.dirname(file));
    for (const call of [() => store.all(), () => store.set('gamma', 3), () => store.remove('alpha')]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'E_CORRUPT', definite: true, file });
      expect(error.message).toContain(file);
      expect(error.message).toContain(`${file}.last`);
      expect(allTextOf(error)).not.toContain('CANARY');
    }
    expect(contentsOf(path.dirname(file))).toEqual(before);
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('a repaired file can be written again', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":');
    const store = openStore(file);
    expect(await failureOf(store.set('b', 2))).toMatchObject({ code: 'E_CORRUPT' });
    writeFileSync(file, '{"a":1}');
    await store.set('b', 2);
    expect(JSON.parse(textOf(file))).toEqual({ a: 1, b: 2 });
  });
});

function contentsOf(directory: string): Record<string, string> {
  const files = readdirSync(directory, { withFileTypes: true }).filter((found) => found.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, textOf(path.join(directory, name))]));
}
