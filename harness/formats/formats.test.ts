import { describe, expect, test } from 'vitest';
import { readCalls } from './calls.js';
import { dialects } from './dialects.js';
import { Keyword, parseEdn } from './edn.js';
import { readJepsenLine } from './jepsen.js';
import type { LineReader } from './log-event.js';
import { readEdnLine } from './maelstrom.js';

async function* lines(text: string) {
  yield* text.trim().split('\n');
}
const registerCalls = (text: string, readLine: LineReader = readJepsenLine) =>
  readCalls(lines(text), readLine, dialects['cas-register'], 'x.log');

describe('EDN', () => {
  test.each([
    ['nil', null],
    ['[1 -2.5 "a \\"b\\"", true]', [1, -2.5, 'a "b"', true]],
    ['(:ok {:a [nil]})', [new Keyword('ok'), new Map([[new Keyword('a'), [null]]])]],
    ['#jepsen.history.Op{:f :read}', new Map([[new Keyword('f'), new Keyword('read')]])],
    ['#{1 2}', [1, 2]],
    ['12N', 12],
  ])('%s', (text, value) => {
    expect(parseEdn(text)).toEqual(value);
  });

  test.each(['', '[1', '1 2', '{:a "b', ']'])('is not %j', (text) => {
    expect(() => parseEdn(text)).toThrow(SyntaxError);
  });
});

describe('a log', () => {
  test('pairs begins with ends, by the numbers of their lines', async () => {
    const calls = await registerCalls(`
INFO  jepsen.core - Running test
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 0\t:ok\t:write\t3
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 1\t:ok\t:read\t3`);
    const common = { happened: 'yes' };
    expect(calls).toMatchObject([
      { ...common, id: 'line 2', process: '0', input: { write: 3 }, output: true, begin: 2, end: 4 },
      { ...common, id: 'line 3', process: '1', input: { read: true }, output: 3, begin: 3, end: 6 },
    ]);
  });

  test('whose compare-and-set fails says that the value was another; a write that fails is none', async () => {
    const calls = await registerCalls(`
INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]
INFO  jepsen.util - 0\t:fail\t:cas\t[1 2]
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 0\t:fail\t:write\t3`);
    expect(calls).toMatchObject([{ input: { expect: 1, put: 2 }, output: false, happened: 'yes' }]);
  });

  test('leaves open what timed out or never ended', async () => {
    const calls = await registerCalls(`
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 0\t:info\t:write\t:timed-out
INFO  jepsen.util - 1\t:invoke\t:cas\t[3 4]`);
    const open = { output: undefined, end: Number.POSITIVE_INFINITY, happened: 'maybe' };
    expect(calls).toMatchObject([open, open]);
  });

  test('in EDN has keys, and strings as values', async () => {
    const text = `
{:process 0, :type :invoke, :f :append, :key "k", :value "x"}
{:process 0, :type :ok, :f :append, :key "k", :value "x"}
{:process :nemesis, :type :info, :f :kill, :value nil}
{:process 1, :type :invoke, :f :get, :key "k", :value nil}
{:process 1, :type :ok, :f :get, :key "k", :value "x"}`;
    const calls = await readCalls(lines(text), readEdnLine, dialects.kv, 'x.edn');
    expect(calls).toMatchObject([
      { input: { append: 'k', value: 'x' }, output: true },
      { input: { get: 'k' }, output: 'x' },
    ]);
  });

  test.each([
    ['ends what it has not begun', ':ok\t:read\t3', /x\.log:1 can't be read: process 0 ends :read/],
    [
      'has an operation that the model does not know',
      ':invoke\t:pop\tnil',
      /unknown operation :pop.*:read, :write, :cas/,
    ],
    ['has half a value', ':invoke\t:cas\t[1 2', /x\.log:1/],
    ['has the wrong value', ':invoke\t:cas\t5', /expected :cas \[old new\]/],
  ])('that %s is refused with its line', async (_, rest, message) => {
    await expect(registerCalls(`INFO  jepsen.util - 0\t${rest}`)).rejects.toThrow(message);
  });

  test('in which one process does two things at once is refused', async () => {
    const twice = 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\n'.repeat(2);
    await expect(registerCalls(twice)).rejects.toThrow(/begins :read before :read has ended/);
  });
});
