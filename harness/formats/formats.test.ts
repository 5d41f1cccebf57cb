import { describe, expect, test } from 'vitest';
import { toCalls } from './calls.js';
import { dialects } from './dialects.js';
import { Keyword, parseEdn } from './edn.js';
import { type LogFormat, readLog } from './log.js';

async function* lines(text: string) {
  for (const line of text.trim().split('\n')) yield { line, isCut: false };
}
const read = (text: string, format: LogFormat = 'jepsen') => readLog(lines(text), format, 'x.log');
const registerCalls = async (text: string) =>
  toCalls((await read(text)).events, dialects['cas-register'], 'x.log');

describe('EDN', () => {
  test.each([
    ['nil', null],
    ['[1 -2.5 "a \\"b\\"", true]', [1, -2.5, 'a "b"', true]],
    ['(:ok {:a [nil]})', [new Keyword('ok'), new Map([[new Keyword('a'), [null]]])]],
    ['#jepsen.history.Op{:f :read}', new Map([[new Keyword('f'), new Keyword('read')]])],
    ['#{1 2}', [1, 2]],
    ['12N', 12],
  ])('the parser reads %s', (text, value) => {
    expect(parseEdn(text)).toEqual(value);
  });

  test.each(['', '[1', '1 2', '{:a "b', ']'])('the parser refuses %j', (text) => {
    expect(() => parseEdn(text)).toThrow(SyntaxError);
  });
});

describe('a log', () => {
  test('the reader pairs begins with ends, and names the calls by the numbers of their lines', async () => {
    const calls = await registerCalls(`
INFO  jepsen.core - Running test
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 1\t:invoke\t:read\tnil
INFO  jepsen.util - 0\t:ok\t:write\t3
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 1\t:ok\t:read\t3`);
    const common = { happened: 'yes' };
    expect(calls).toMatchObject([
      {
        ...common,
        id: 'line 2',
        process: '0',
        input: { input: { write: 3 } },
        output: true,
        begin: 1,
        end: 3,
      },
      {
        ...common,
        id: 'line 3',
        process: '1',
        input: { input: { read: true } },
        output: 3,
        begin: 2,
        end: 4,
      },
    ]);
  });

  test('a failed operation of any kind is left out', async () => {
    const calls = await registerCalls(`
INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]
INFO  jepsen.util - 0\t:fail\t:cas\t[1 2]
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 0\t:fail\t:write\t3`);
    expect(calls).toEqual([]);
  });

  test('an operation that timed out or never ended stays open', async () => {
    const calls = await registerCalls(`
INFO  jepsen.util - 0\t:invoke\t:write\t3
INFO  jepsen.util - 0\t:info\t:write\t:timed-out
INFO  jepsen.util - 1\t:invoke\t:cas\t[3 4]`);
    const open = { output: undefined, end: Number.POSITIVE_INFINITY, happened: 'maybe' };
    expect(calls).toMatchObject([open, open]);
  });

  test('a log in EDN has keys, and strings as values', async () => {
    const text = `
{:process 0, :type :invoke, :f :append, :key "k", :value "x"}
{:process 0, :type :ok, :f :append, :key "k", :value "x"}
{:process :nemesis, :type :info, :f :kill, :value nil}
{:process 1, :type :invoke, :f :get, :key "k", :value nil}
{:process 1, :type :ok, :f :get, :key "k", :value "x"}`;
    const calls = toCalls((await read(text, 'maelstrom')).events, dialects.kv, 'x.edn');
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
  ])('a log that %s is refused with the number of its line', async (_, rest, message) => {
    await expect(registerCalls(`INFO  jepsen.util - 0\t${rest}`)).rejects.toThrow(message);
  });

  test('a log in which one process does two things at once is refused', async () => {
    const twice = 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\n'.repeat(2);
    await expect(registerCalls(twice)).rejects.toThrow(/begins :read before :read has ended/);
  });
});
