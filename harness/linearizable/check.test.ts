import { expect, test } from 'vitest';
import { propertyInTiers } from '../../src/tiers.test.helper.js';
import { Random } from '../workload/random.js';
import { checkLinearizable } from './check.js';
import { type AnyCall, type AnyModel, kinds, tamperedHistory } from './histories.test.helper.js';
import { credentials } from './models/credentials.js';
import { hasLinearization } from './oracle.test.helper.js';

for (const kind of kinds)
  propertyInTiers(
    `the verdict on ${kind.model.name}, split into parts and zones, is that of the definition`,
    { few: 300, many: 3_000 },
    (rounds) => {
      const random = new Random(71, 'parts');
      const verdicts = { valid: 0, invalid: 0, unknown: 0 };
      for (let round = 0; round < rounds; round++) {
        const calls = tamperedHistory(kind, random, 7);
        const { verdict } = checkLinearizable(kind.model, calls);
        verdicts[verdict]++;
        if (
          (verdict === 'valid') !==
          partsOf(kind.model, calls).every((part) => hasLinearization(kind.model, part))
        )
          expect.fail(`${verdict}: ${JSON.stringify(calls)}`);
      }
      expect(verdicts.unknown).toBe(0);
      expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(rounds / 30);
    },
  );

/** By key, for the state of some models is that of one key; all at once if any call is about all. */
function partsOf({ partition }: AnyModel, calls: readonly AnyCall[]): AnyCall[][] {
  const names = new Set(calls.map(({ input }) => partition?.(input)));
  if (names.has(undefined)) return [[...calls]];
  return [...names].map((name) => calls.filter(({ input }) => partition?.(input) === name));
}

const call = (id: string, begin: number, input: unknown, output: unknown): AnyCall => ({
  id,
  process: id,
  input,
  output,
  begin,
  end: begin + 1,
  happened: output === undefined ? 'maybe' : 'yes',
});
const set = (key: string, at: number) =>
  call(`set ${key}`, at, { action: 'set', key, value: `${key}${at}` }, true);
const check = (calls: readonly AnyCall[], stepsMax?: number) =>
  checkLinearizable(credentials as never, calls as never, stepsMax === undefined ? {} : { stepsMax });

test('keys are judged separately unless a read of the whole map connects them', () => {
  const sets = [set('a', 0), set('b', 2), set('c', 4)];
  expect(check(sets).parts).toEqual({ zones: 3, search: 0, undecided: 0 });
  // Of this one nobody was told anything, so it ties nothing together.
  expect(check([...sets, call('all', 6, { action: 'all' }, undefined)]).parts.zones).toBe(3);
  expect(check([...sets, call('all', 6, { action: 'all' }, new Map())]).parts).toEqual({
    zones: 0,
    search: 1,
    undecided: 0,
  });
});

test('an invalid part outweighs an undecided one, and an undecided part outweighs valid ones', () => {
  const removed = (key: string, found: string | null) => [
    set(key, 0),
    call(`remove ${key}`, 2, { action: 'remove', key }, true),
    call(`get ${key}`, 4, { action: 'get', key }, found),
  ];
  const stale = [set('z', 0), call('get z', 2, { action: 'get', key: 'z' }, null)];
  expect(check([...removed('a', null), set('b', 0)], 1).verdict).toBe('unknown');
  expect(check([...removed('a', null), set('b', 0)]).verdict).toBe('valid');
  expect(check([...removed('a', null), ...stale], 1)).toMatchObject({
    verdict: 'invalid',
    contradiction: { part: 'z' },
  });
});
