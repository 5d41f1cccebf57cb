import { expect, test } from 'vitest';
import { Random } from '../workload/random.js';
import { Floats, Ints } from './column.js';
import type { FileEvent, HistoryEvent } from './events.js';
import { FileTable } from './file-table.js';
import { Hashes } from './hashes.js';
import { Names } from './names.js';
import { RowsByVersion } from './rows-by-version.js';
import { toRun } from './run.js';
import { RunBuilder } from './run-builder.js';
import { SharedValues } from './shared-values.js';

test('each name has one number, whatever it looks like, and the number gives it back', () => {
  const odd = [
    'a.1',
    'a.01',
    'a.',
    'a',
    '1',
    '.1',
    'a.1.2',
    'a.99999999',
    'a.123456789',
    'a.-1',
    'a.1e3',
    '',
  ];
  const inherited = ['__proto__', 'constructor', '__proto__.1'];
  const many = Array.from({ length: 3000 }, (_, n) => `tui-1.0.${(n * 7) % 3000}`);
  const names = new Names();
  const all = [...odd, ...inherited, ...many];
  const numbers = all.map((name) => names.add(name));
  expect(numbers).toEqual(all.map((_, at) => at));
  expect(numbers.map((number) => names.at(number))).toEqual(all);
  expect(all.map((name) => names.find(name))).toEqual(numbers);
  expect(all.map((name) => names.add(name))).toEqual(numbers);
  expect(['b.1', 'a.2', 'tui-1.0.3000'].map((name) => names.find(name))).toEqual([-1, -1, -1]);
});

test('a long column gives back each number, and puts all of them in order', () => {
  const numbers = Array.from({ length: 100_000 }, (_, n) => (n * 7919) % 100_003);
  const [ints, floats] = [new Ints(), new Floats()];
  for (const number of numbers) {
    ints.push(number);
    floats.push(number / 2);
  }
  ints.set(70_000, -1);
  expect([ints.length, floats.length]).toEqual([100_000, 100_000]);
  const wrong = numbers.flatMap((number, at) =>
    floats.get(at) === number / 2 && ints.get(at) === (at === 70_000 ? -1 : number) ? [] : at,
  );
  expect(wrong).toEqual([]);
  floats.sort();
  expect(numbers.toSorted((a, b) => a - b).findIndex((number, at) => floats.get(at) !== number / 2)).toBe(-1);
  expect(floats.countBelow(25_000.5, true)).toBe(numbers.filter((number) => number <= 50_001).length);
});

test('a column gives back each number, however far it is from those beside it, and whatever is put in its place later', () => {
  const random = new Random(5, 'columns');
  const extremes = [0, -1, -2, -3, -4, -5, 255, 65_535, 2 ** 31 - 1, -(2 ** 31)];
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, 0.5, -1, 2 ** 53, 2 ** 52, 2 ** 32 - 1, 2 ** 32 - 2];
  const columns = [
    { column: new Ints(), near: (at: number) => 70 * at + random.int(-200, 200), far: extremes },
    { column: new Ints(), near: (at: number) => (random.oneIn(3) ? -2 : at), far: extremes },
    { column: new Ints(), near: () => random.int(-3, 90), far: extremes },
    { column: new Floats(), near: (at: number) => 1e12 + at * 5000, far: odd },
    { column: new Floats(), near: (at: number) => (random.oneIn(4) ? Number.NaN : at * 2e6), far: odd },
  ];
  for (const { column, near, far } of columns) {
    const numbers: number[] = [];
    const put = (index: number, number: number) => {
      numbers[index] = number;
      if (index === column.length) column.push(number);
      else column.set(index, number);
    };
    const expectAll = () =>
      expect(numbers.findIndex((number, at) => !Object.is(column.get(at), number))).toBe(-1);
    for (let at = 0; at < 20_000; at++) put(at, near(at));
    expectAll();
    for (let round = 0; round < 40; round++) put(random.int(0, 4000), near(random.int(0, 4000)));
    expectAll();
    for (const number of far) put(random.int(4500, 19_999), number);
    for (let at = 20_000; at < 40_000; at++) put(at, random.oneIn(2000) ? random.pick(far) : near(at));
    expectAll();
  }
});

test('each version has the rows that are of it, and a number is no version of the same digits', () => {
  const random = new Random(6, 'versions');
  const names = Array.from({ length: 3000 }, () =>
    random.oneIn(4)
      ? undefined
      : random.pick([random.int(0, 40), `${random.int(0, 40)}`, `v${random.int(0, 5000)}`]),
  );
  const rows = new RowsByVersion(names.length, (row) => names[row]);
  for (const name of [...new Set(names), 'never', 41]) {
    if (name === undefined) continue;
    const own = names.flatMap((one, row) => (one === name ? row : []));
    expect([...rows.allOf(name)]).toEqual(own.toReversed());
    expect(rows.firstOf(name)).toBe(own[0]);
    expect(rows.onlyOf(name)).toBe(own.length === 1 ? own[0] : undefined);
  }
});

test('a hash comes out of a table as it came in, whatever it looks like', () => {
  const all = [
    'e3b0c44298fc1c14',
    undefined,
    '0000000000000000',
    'FFFFFFFFFFFFFFFF',
    'x',
    '',
    'ffffffffffffffff',
  ];
  const hashes = new Hashes();
  for (const [row, hash] of all.entries()) if (hash !== undefined) hashes.add(row, hash);
  expect([...all, undefined].map((_, row) => hashes.at(row))).toEqual([...all, undefined]);
});

test('a content comes out of a table as it came in', () => {
  const set = JSON.parse('{"b":"tui-1.0.1","__proto__":"x","constructor":"tui-1.0.1"}');
  const contents: FileEvent[] = [
    { type: 'file', time: 1, until: 2, version: 1, broken: null, set, removed: [], seen: 3, hash: 'h' },
    { type: 'file', time: 4, until: 5, version: 2, broken: 'it is empty', set: {}, removed: [] },
    { type: 'file', time: 6, until: 7, version: 3, broken: null, set: {}, removed: ['b', '__proto__'] },
  ];
  const table = new FileTable();
  for (const content of contents) table.add(content);
  const plain = table.map(({ type, time, until, version, broken, set, removed, seen, hash }) => {
    return { type, time, until, version, broken, set, removed, seen, hash };
  });
  expect(plain).toEqual(contents.map((content) => ({ seen: undefined, hash: undefined, ...content })));
  expect(Object.keys(table.at(0)?.set ?? {})).toEqual(['b', '__proto__', 'constructor']);
});

test('operations are paired event by event, and are in the order of their begins', () => {
  const call = { client: 'tui-1', process: 1 } as const;
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} },
    { type: 'start', time: 0, ...call, access: 'file' },
    { type: 'invoke', time: 9, op: 'tui-1.0.1', ...call, action: 'set', key: 'a' },
    { type: 'invoke', time: 5, op: 'tui-1.0.0', ...call, action: 'all' },
    { type: 'ok', time: 12, op: 'tui-1.0.1', base: 'x', written: 7 },
    { type: 'ok', time: 8, op: 'tui-1.0.0', result: { a: 'seed.0' }, times: 3 },
    { type: 'invoke', time: 13, op: 'odd', ...call, action: 'get', key: 'a' },
    { type: 'fail', time: 14, op: 'odd', error: 'no', torn: true },
    { type: 'invoke', time: 15, op: 'tui-1.0.2', ...call, action: 'get', key: 'a' },
    { type: 'ok', time: 16, op: 'tui-1.0.2', result: null },
    { type: 'invoke', time: 17, op: 'tui-1.0.3', ...call, action: 'set', key: 'b' },
  ];
  const builder = new RunBuilder();
  for (const event of events) builder.add(event);
  const { operations } = builder.finish();
  expect(operations.map(({ id, end, outcome, result }) => [id, end, outcome, result])).toEqual([
    ['tui-1.0.0', 8, 'ok', { a: 'seed.0' }],
    ['tui-1.0.1', 12, 'ok', undefined],
    ['odd', 14, 'fail', undefined],
    ['tui-1.0.2', 16, 'ok', null],
    ['tui-1.0.3', Number.POSITIVE_INFINITY, 'unknown', undefined],
  ]);
  expect(operations.at(1)).toMatchObject({ base: 'x', written: 7, key: 'a', process: 1, isRemote: false });
  expect(operations.map(({ times, torn, hung }) => [times, torn, hung])).toEqual([
    [3, false, false],
    [1, false, false],
    [1, true, false],
    [1, false, false],
    [1, false, true],
  ]);
  // In any order of lines.
  const { operations: shuffled } = toRun(events.toReversed());
  expect(shuffled.map(({ id, end }) => [id, end])).toEqual(operations.map(({ id, end }) => [id, end]));
});

test('reads of the whole map that found the same are held once, and any other as it came', () => {
  const shared = new SharedValues();
  const read = (text: string): Record<string, string> => JSON.parse(text);
  const first = shared.share(read('{"a":"tui-1.0.1","__proto__":"x"}'));
  expect(shared.share(read('{"a":"tui-1.0.1","__proto__":"x"}'))).toBe(first);
  for (const text of ['{"a":"tui-1.0.1"}', '{"a":"tui-1.0.1","b":"tui-1.0.1"}', '{}', '{"b":"tui-1.0.2"}'])
    expect(JSON.stringify(shared.share(read(text)))).toBe(text);
  expect(JSON.stringify(first)).toBe('{"a":"tui-1.0.1","__proto__":"x"}');
});
