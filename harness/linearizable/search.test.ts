import { describe, expect, test } from 'vitest';
import { atLeast } from '../../src/amount.test.helper.js';
import { long } from '../../src/tiers.test.helper.js';
import { Random } from '../workload/random.js';
import { type AnyCall, kinds, linearizableHistory, tamperedHistory } from './histories.test.helper.js';
import { register } from './models/register.js';
import { hasLinearization } from './oracle.test.helper.js';
import { search } from './search.js';
import { findStuck } from './stuck.js';

/** `npm test` tries few histories of each model, and `npm run test:full` many, too. */
const tiers = [
  { rounds: 500, options: {} },
  { rounds: atLeast(4_000, 'HOLDFAST_HISTORIES'), options: long },
];
const cases = tiers.flatMap((tier) => kinds.map((kind) => ({ ...tier, kind, name: kind.model.name })));

describe.each(cases)('the search on $name, in $rounds histories', ({ rounds, kind, options }) => {
  const { model } = kind;

  test('the verdict is the same as that of a search without memory', options, () => {
    const random = new Random(11, 'histories');
    const verdicts = { valid: 0, invalid: 0, unknown: 0 };
    for (let round = 0; round < rounds; round++) {
      const calls = tamperedHistory(kind, random, 7);
      const { verdict } = search(model, calls);
      verdicts[verdict]++;
      if ((verdict === 'valid') !== hasLinearization(model, calls))
        expect.fail(`${verdict}: ${JSON.stringify(calls)}`);
    }
    expect(verdicts.unknown).toBe(0);
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(rounds / 20);
  });

  test(
    'a history that is linearizable by construction is valid, and the order that is returned is allowed',
    options,
    () => {
      const random = new Random(12, 'histories');
      for (let round = 0; round < rounds / 4; round++) {
        const calls = linearizableHistory(kind, random, 14);
        const found = search(model, calls);
        if (found.verdict !== 'valid') expect.fail(`${found.verdict}: ${JSON.stringify(calls)}`);
        else expectOrder(calls, found.order);
      }
    },
  );

  function expectOrder(calls: readonly AnyCall[], order: readonly number[]): void {
    const placed = order.map((index) => calls[index] as AnyCall);
    const missing = calls.filter((call) => !placed.includes(call));
    expect(missing.filter(({ happened }) => happened === 'yes')).toEqual([]);
    let latest = Number.NEGATIVE_INFINITY;
    let state: unknown = model.init;
    for (const { input, output, begin, end } of placed) {
      expect(end).toBeGreaterThanOrEqual(latest);
      latest = Math.max(latest, begin);
      state = model.step(state, input, output);
      expect(state).toBeDefined();
    }
  }
});

describe.each(tiers)('an invalid history, of $rounds', ({ rounds, options }) => {
  test(
    'an invalid history has an order up to the return at which the search is stuck, and none including it',
    options,
    () => {
      const random = new Random(13, 'histories');
      let seen = 0;
      for (let round = 0; round < rounds; round++) {
        const kind = random.pick(kinds);
        const calls = tamperedHistory(kind, random, 9);
        const found = search(kind.model, calls);
        if (found.verdict !== 'invalid') continue;
        seen++;
        const { stuck, order } = findStuck(kind.model, calls);
        expect(order).not.toContain(stuck);
        const until = (time: number, isOver: (call: AnyCall) => boolean) =>
          calls
            .filter(({ begin }) => begin <= time)
            .map((call) =>
              isOver(call) ? call : { ...call, end: Number.POSITIVE_INFINITY, happened: 'maybe' as const },
            );
        const before = until(stuck.end, ({ end }) => end < stuck.end);
        const after = until(stuck.end, ({ end }) => end <= stuck.end);
        expect(search(kind.model, before).verdict).toBe('valid');
        expect(search(kind.model, after).verdict).toBe('invalid');
      }
      expect(seen).toBeGreaterThan(rounds / 20);
    },
  );
});

test('a read is not placed before an earlier call that may have happened', () => {
  const call = (id: string, begin: number, end: number, input: unknown, output: unknown): AnyCall => ({
    id,
    process: id,
    input,
    output,
    begin,
    end,
    happened: output === undefined ? 'maybe' : 'yes',
  });
  const calls = [
    call('dead', 0, 1, { write: 1 }, undefined),
    call('absent', 2, 9, { read: true }, null),
    call('seen', 2, 9, { read: true }, 1),
    call('back', 2, 9, { write: null }, true),
  ];
  expect(search(register, calls as never)).toMatchObject({ verdict: 'valid', order: [0, 2, 3, 1] });
});

test('a search that runs out of steps is unknown', () => {
  const calls = Array.from({ length: 9 }, (_, at): AnyCall => {
    return {
      id: `${at}`,
      process: `${at}`,
      input: { write: at },
      output: true,
      begin: 0,
      end: 1,
      happened: 'yes',
    };
  });
  expect(search(register, calls as never, { stepsMax: 3 })).toEqual({ verdict: 'unknown', steps: 4 });
});
