import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import type { Operation, Outcome, Run } from '../../history/run.js';
import { run } from '../fixtures.test.helper.js';
import { checkLinearizability } from './linearizability.js';

/** One key, few operations, few points in time: small enough to try all orders, tight enough to tie often. */
interface Draft {
  action: 'get' | 'set' | 'remove';
  begin: number;
  length: number;
  outcome: Outcome;
  /** Of a get: which of the values that are set, or absent. */
  pick: number;
}

const draftOf = (...actions: Draft['action'][]) =>
  fc.record<Draft>({
    action: fc.constantFrom(...actions),
    begin: fc.nat(9),
    length: fc.nat(4),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'unknown', 'fail'),
    pick: fc.nat(5),
  });

const history = (isSeeded: boolean, drafts: readonly Draft[]): Run => {
  const values = [
    ...(isSeeded ? ['seed.0'] : []),
    ...drafts.flatMap((draft, at) => (draft.action === 'set' ? `c.0.${at}` : [])),
  ];
  const operations = drafts.map(({ action, begin, length, outcome, pick }, at): Operation => {
    const isRead = action === 'get';
    return {
      id: `c.0.${at}`,
      client: `c-${at}`,
      process: at,
      action,
      key: 'k',
      begin,
      // An unknown one that has an end was a killed one's.
      end: outcome === 'unknown' && pick % 2 === 0 ? Number.POSITIVE_INFINITY : begin + length,
      outcome: isRead && outcome === 'unknown' ? 'fail' : outcome,
      result: isRead && outcome === 'ok' ? (values[pick % (values.length + 1)] ?? null) : undefined,
      error: undefined,
      torn: false,
      hung: false,
      times: 1,
      foreign: false,
      isRemote: false,
    };
  });
  operations.sort((a, b) => a.begin - b.begin);
  return { ...run(isSeeded ? 'seed k seed.0' : ''), operations };
};

/**
 * Wing and Gong 1993: tries every order that respects who ended before whom began, with the states that were
 * seen before remembered (Lowe 2017). Knows nothing of zones.
 */
function isLinearizable({ operations, seeds }: Run): boolean {
  const all = operations.filter(({ action, outcome }) =>
    action === 'get' ? outcome === 'ok' : outcome !== 'fail',
  );
  const required = all.reduce((bits, { outcome }, at) => (outcome === 'ok' ? bits | (1 << at) : bits), 0);
  const seen = new Set<string>();

  const search = (done: number, value: unknown): boolean => {
    if ((done & required) === required) return true;
    const state = `${done} ${value}`;
    if (seen.has(state)) return false;
    seen.add(state);
    return all.some((next, at) => {
      if (done & (1 << at)) return false;
      const isTooEarly = all.some((o, i) => required & (1 << i) && !(done & (1 << i)) && o.end < next.begin);
      const isTooLate = all.some((o, i) => done & (1 << i) && next.end < o.begin);
      if (isTooEarly || isTooLate) return false;
      if (next.action === 'get') return next.result === value && search(done | (1 << at), value);
      return search(done | (1 << at), next.action === 'set' ? next.id : null);
    });
  };
  return search(0, seeds.get('k')?.value ?? null);
}

describe('the checker, compared with a search of all orders', () => {
  const cases = { few: 400, many: 6_000 };

  propertyInTiers(
    'the checker calls a history valid exactly where some order explains it',
    cases,
    (numRuns) => {
      const verdicts = { valid: 0, invalid: 0 };
      fc.assert(
        fc.property(
          fc.boolean(),
          fc.array(draftOf('get', 'get', 'get', 'set', 'set', 'remove'), { maxLength: 9 }),
          (isSeeded, drafts) => {
            // A seed that nobody touches is for other checkers.
            fc.pre(!isSeeded || drafts.some(({ action }) => action !== 'get'));
            const found = history(isSeeded, drafts);
            const { findings } = checkLinearizability(found);
            verdicts[findings.length === 0 ? 'valid' : 'invalid']++;
            expect(findings.length === 0).toBe(isLinearizable(found));
          },
        ),
        { numRuns },
      );
      expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(numRuns / 10);
    },
  );
});
