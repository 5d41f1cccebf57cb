import { describe, expect, test } from 'vitest';
import { propertyInTiers } from '../../src/tiers.test.helper.js';
import { Random } from '../workload/random.js';
import { checkLinearizable } from './check.js';
import { type AnyCall, kinds, tamperedHistory } from './histories.test.helper.js';
import { register } from './models/register.js';
import { hasLinearization } from './oracle.test.helper.js';
import { search } from './search.js';

describe('the fewest calls that contradict each other', () => {
  for (const kind of kinds)
    propertyInTiers(
      `the contradiction on ${kind.model.name} has no order on its own, and is the smallest`,
      { few: 200, many: 1_500 },
      (rounds) => {
        const random = new Random(51, 'smallest');
        let seen = 0;
        for (let round = 0; round < rounds; round++) {
          const calls = tamperedHistory(kind, random, 7);
          const { contradiction } = checkLinearizable(kind.model, calls);
          if (!contradiction) continue;
          seen++;
          expect(contradiction.isSmallest).toBe(true);
          const kept = contradiction.calls;
          expect(kept).toContain(contradiction.stuck);
          // Once is less than any number of times, so what is shown is a contradiction in any case.
          const isOther = (call: AnyCall) =>
            kept.every(({ id }) => call.id !== id) &&
            call.begin <= contradiction.stuck.end &&
            kind.model.partition?.(call.input) === kind.model.partition?.(contradiction.stuck.input);
          const others = calls
            .filter(isOther)
            .map((call) => ({ ...call, output: undefined, happened: 'maybe' as const }))
            .map((call) => ({ ...call, begin: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }));
          if (hasLinearization(kind.model, [...kept, ...others.slice(0, 4)]))
            expect.fail(JSON.stringify(calls));
          const allowed = contradiction.prefix.map((call) => call.id);
          expect(new Set(allowed).size).toBe(allowed.length);
          expect(allowed).not.toContain(contradiction.stuck.id);
        }
        expect(seen).toBeGreaterThan(rounds / 50);
      },
    );

  test('a stale read among a thousand calls is explained by at most four of them', () => {
    const base = (at: number) => ({
      id: `${at}`,
      process: 'p',
      begin: at * 10,
      end: at * 10 + 5,
      happened: 'yes' as const,
    });
    const calls = Array.from({ length: 1000 }, (_, at) =>
      at % 2 === 0
        ? { ...base(at), input: { write: at }, output: true as const }
        : { ...base(at), input: { read: true as const }, output: at === 601 ? 400 : at - 1 },
    );
    for (const method of ['fastest', 'search'] as const) {
      const { verdict, contradiction } = checkLinearizable(register, calls, { method });
      expect(verdict).toBe('invalid');
      expect(contradiction?.calls.map(({ id }) => Number(id)).sort((a, b) => a - b)).toSatisfy(
        (ids: number[]) => ids.length <= 4 && ids.includes(601),
      );
    }
  });

  test('an empty history is valid', () => {
    const [kind] = kinds;
    const calls = tamperedHistory(kind as (typeof kinds)[number], new Random(3, 'x'), 1).slice(0, 0);
    expect(checkLinearizable(register, calls as never)).toMatchObject({ verdict: 'valid', calls: 0 });
    expect(search(register, [])).toEqual({ verdict: 'valid', steps: 0, order: [] });
  });
});
