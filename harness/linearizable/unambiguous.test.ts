import { describe, expect, test } from 'vitest';
import { atLeast } from '../../src/amount.test.helper.js';
import { propertyInTiers } from '../../src/tiers.test.helper.js';
import { Random } from '../workload/random.js';
import type { Call } from './model.js';
import { type RegisterInput, type RegisterOutput, register } from './models/register.js';
import { search } from './search.js';
import { judgeUnambiguous } from './unambiguous.js';

/**
 * How many random histories both ways are compared on. The long form, some minutes:
 *
 *     HOLDFAST_HISTORIES=3000000 npx vitest run harness/linearizable/unambiguous.test.ts
 */
const cases = { few: 3_000, many: atLeast(60_000, 'HOLDFAST_HISTORIES') };

type RegisterCall = Call<RegisterInput, RegisterOutput>;

/** Writes of different values, reads of any of them; short times, so that many ends meet. About half are linearizable. */
function randomHistory(random: Random): RegisterCall[] {
  const count = random.int(1, 9);
  const span = random.int(4, 24);
  const writes = random.int(0, Math.min(5, count));
  return Array.from({ length: count }, (_, at): RegisterCall => {
    const begin = random.int(0, span);
    const base = { id: `${at}`, process: `${at}`, begin, end: begin + random.int(0, 6) };
    if (at >= writes) {
      const value = random.int(0, writes);
      return { ...base, input: { read: true }, output: value === 0 ? null : value, happened: 'yes' };
    }
    const input = { write: at + 1 };
    if (!random.oneIn(4)) return { ...base, input, output: true, happened: 'yes' };
    const end = random.oneIn(2) ? Number.POSITIVE_INFINITY : base.end;
    return { ...base, end, input, output: undefined, happened: 'maybe' };
  });
}

describe('a register whose values are all different', () => {
  propertyInTiers('the verdict without a search is the same as that of a search', cases, (histories) => {
    const random = new Random(21, 'histories');
    const verdicts = { valid: 0, invalid: 0, unknown: 0 };
    for (let n = 0; n < histories; n++) {
      const calls = randomHistory(random);
      const { verdict } = search(register, calls);
      verdicts[verdict]++;
      if (judgeUnambiguous(register, calls)?.verdict !== verdict)
        expect.fail(`${verdict}: ${JSON.stringify(calls)}`);
    }
    expect(verdicts.unknown).toBe(0);
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(histories / 10);
  });

  propertyInTiers(
    'the few calls that are named as proof contradict each other on their own',
    cases,
    (histories) => {
      const random = new Random(22, 'histories');
      for (let n = 0; n < histories / 4; n++) {
        const calls = randomHistory(random);
        const judged = judgeUnambiguous(register, calls);
        if (judged?.verdict !== 'invalid') continue;
        expect(judged.proof.length).toBeLessThanOrEqual(8);
        expect(judged.proof.every((call) => calls.includes(call))).toBe(true);
        if (search(register, judged.proof).verdict !== 'invalid') expect.fail(JSON.stringify(calls));
      }
    },
  );
});

test('the fast judgement does not apply where two writes have one value, or one writes the initial value', () => {
  const write = (value: number | null): RegisterCall => ({
    id: 'w',
    process: 'p',
    input: { write: value },
    output: true,
    begin: 0,
    end: 1,
    happened: 'yes',
  });
  expect(judgeUnambiguous(register, [write(1), write(1)])).toBeUndefined();
  expect(judgeUnambiguous(register, [write(null)])).toBeUndefined();
});
