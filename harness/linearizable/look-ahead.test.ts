import { describe, expect, test } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { Random } from '../workload/random.js';
import { checkLinearizable } from './check.js';
import type { Call, Model } from './model.js';
import { casRegister } from './models/cas-register.js';
import { type KvInput, type KvOutput, kv } from './models/kv.js';
import { search } from './search.js';

type KvCall = Call<KvInput, KvOutput>;

const append = (at: number, begin: number, end: number): KvCall => ({
  id: `append ${at}`,
  process: `${at}`,
  input: { append: 'k', value: `(${at})` },
  output: true,
  begin,
  end,
  happened: 'yes',
});
const get = (output: string, begin: number, end: number): KvCall => ({
  id: 'get',
  process: 'g',
  input: { get: 'k' },
  output,
  begin,
  end,
  happened: 'yes',
});

describe('appends whose order a read shows', () => {
  const many = Array.from({ length: 30 }, (_, at) => append(at, 0, 100));
  const shown = (order: readonly number[]) => order.map((at) => `(${at})`).join('');
  const backwards = many.map((_, at) => 29 - at);

  test('the search tries no other order of appends than the one that a read shows', () => {
    const found = search(kv, [...many, get(shown(backwards), 101, 102)]);
    expect(found.verdict).toBe('valid');
    expect(found.steps).toBeLessThan(1000);
  });

  test('the search does not try all orders of the appends to find that there is none', () => {
    const missing = shown([...backwards.slice(0, 28), 29, 28]);
    const found = search(kv, [...many, get(missing, 101, 102)]);
    expect(found.verdict).toBe('invalid');
    expect(found.steps).toBeLessThan(1000);
  });

  test('the search takes appends for equal where no read will ever show their order', () => {
    const put: KvCall = { ...get('', 101, 102), input: { put: 'k', value: 'new' }, output: true };
    const impossible = get('never', 103, 104);
    const found = search(kv, [...many.slice(0, 10), put, get('new', 105, 106), impossible]);
    expect(found.verdict).toBe('invalid');
    expect(found.steps).toBeLessThan(20_000);
  });
});

/** As the loads of key-value stores do it: every client has one call under way, most of them appends of values that are unique. */
function recorded(random: Random, clients: number, calls: number, isTampered: boolean): KvCall[] {
  const states = new Map<string, string>();
  const free = Array.from({ length: clients }, () => 0);
  const history: KvCall[] = [];
  for (let at = 0; at < calls; at++) {
    const client = free.indexOf(Math.min(...free));
    const begin = (free[client] ?? 0) + random.int(0, 20);
    const point = begin + random.int(1, 200);
    const end = point + random.int(1, 200);
    free[client] = end + 1;
    const key = `${random.int(0, 9)}`;
    const value = `x ${client} ${at} y`;
    const input: KvInput = random.oneIn(2)
      ? { get: key }
      : random.oneIn(12)
        ? { put: key, value }
        : { append: key, value };
    history.push({
      id: `${at}`,
      process: `${client}`,
      input,
      output: `${point}`,
      begin,
      end,
      happened: 'yes',
    });
  }
  history.sort((a, b) => Number(a.output) - Number(b.output));
  return history.map((call, at) => {
    const key = kv.partition?.(call.input) ?? '';
    const state = states.get(key) ?? '';
    states.set(key, kv.step(state, call.input, undefined) ?? '');
    // A write that is lost near the end of every key, where most is known to search.
    if (isTampered && at > calls - 60 && 'append' in call.input) states.set(key, state);
    return { ...call, output: 'get' in call.input ? state : (true as const) };
  });
}

eachInTiers(
  [
    [false, 'valid', 2000],
    [true, 'invalid', 1000],
    [true, 'invalid', 2000],
  ] as const,
  2,
)(
  'a history of 50 clients on 10 keys is decided completely (tampered with: %s): %s, of %i calls',
  (...row) => {
    const [isTampered, verdict, count] = row;
    const calls = recorded(new Random(5, 'kv'), 50, count, isTampered);
    const checked = checkLinearizable(kv, calls);
    expect(checked.verdict).toBe(verdict);
    expect(checked.steps).toBeLessThan(500_000);
  },
);

test('a part that is too hard does not hide that another part is invalid', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the model of several registers is made here
  const keyed: Model<any, any, any> = {
    ...casRegister,
    step: (state, { own }, output) => casRegister.step(state, own, output),
    partition: ({ key }) => key,
    effect: ({ own }, output) => casRegister.effect?.(own, output) ?? 'cumulative',
    register: () => undefined,
  };
  const call = (key: string, own: object, output: unknown, begin: number, end: number) => ({
    id: `${key} ${begin}`,
    process: `${begin}`,
    input: { key, own },
    output,
    begin,
    end,
    happened: 'yes' as const,
  });
  const hard = Array.from({ length: 26 }, (_, at) => call('hard', { write: at }, true, at, 100));
  const wrong = [call('wrong', { write: 1 }, true, 0, 1), call('wrong', { read: true }, 2, 2, 3)];
  const impossible = call('hard', { expect: 98, put: 99 }, true, 101, 102);
  const { verdict, contradiction } = checkLinearizable(keyed, [...hard, impossible, ...wrong], {
    stepsMax: 100_000,
  });
  expect([verdict, contradiction?.part]).toEqual(['invalid', 'wrong']);
});
