import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import { judge } from '../index.js';
import { type Fate, type Step, simulate } from './simulation.test.helper.js';

const seeds = { seeded: 'seed.0', k0: 'seed.1' };

const stepOn = (...keys: string[]): fc.Arbitrary<Step> =>
  fc
    .record({
      client: fc.nat(3),
      action: fc.constantFrom('get', 'all', 'set', 'set', 'remove'),
      key: fc.constantFrom(...keys),
      wait: fc.nat(3),
      before: fc.nat(4),
      after: fc.nat(4),
      fate: fc.constantFrom<Fate>(
        ...Array.from({ length: 8 }, () => 'ok' as const),
        ...(['fail', 'unknown', 'unknown-late', 'unknown-never', 'killed', 'killed-never'] as const),
      ),
    })
    // Nobody touches the seed.
    .map((step) => (step.key === 'seeded' ? { ...step, action: 'get' } : step));

const act = fc.array(stepOn('k0', 'k1', 'k2', 'seeded'), { maxLength: 25, size: 'max' });

/** One call after another, each over before the next begins. */
const inTurn = (...calls: (Pick<Step, 'action' | 'key'> & Partial<Step>)[]): Step[][] =>
  calls.map((call) => [{ client: 0, wait: 1, before: 1, after: 1, fate: 'ok', ...call }]);

describe('simulated histories', () => {
  propertyInTiers(
    'a map that is linearizable by construction is judged valid',
    { few: 100, many: 3_000 },
    (numRuns) => {
      fc.assert(
        fc.property(fc.array(act, { maxLength: 3 }), (acts) => {
          expect(judge(simulate(acts, seeds).run).findings).toEqual([]);
        }),
        { numRuns },
      );
    },
  );

  // Each is planted between two acts of a healthy history, of which the second may overwrite it.
  const cases = { few: 50, many: 500 };

  propertyInTiers('a write that is acknowledged and never happens is a lost update', cases, (numRuns) => {
    fc.assert(
      fc.property(act, act, fc.constantFrom('k0', 'k1', 'k2'), (first, second, key) => {
        const planted = inTurn(
          { action: 'set', key },
          { action: 'set', key, fate: 'lie' },
          { action: 'get', key },
        );
        const { run, ids } = simulate([first, ...planted, second], seeds);
        const victim = expect.arrayContaining([ids[first.length + 1]]);
        expect(judge(run).findings).toEqual([
          expect.objectContaining({ kind: 'lost-update', guarantee: 'G2', operations: victim }),
        ]);
      }),
      { numRuns },
    );
  });

  propertyInTiers(
    'an acknowledged write to an absent key that never happens is a lost update, though other keys are removed',
    cases,
    (numRuns) => {
      fc.assert(
        fc.property(act, act, (first, second) => {
          const planted = inTurn({ action: 'set', key: 'new', fate: 'lie' }, { action: 'all', key: 'new' });
          const { run, ids } = simulate([first, ...planted, second], seeds);
          expect(judge(run).findings).toEqual([
            expect.objectContaining({
              kind: 'lost-update',
              operations: expect.arrayContaining([ids[first.length]]),
            }),
          ]);
        }),
        { numRuns },
      );
    },
  );

  propertyInTiers('a read of what an acknowledged write had replaced is stale', cases, (numRuns) => {
    fc.assert(
      fc.property(act, act, fc.constantFrom('k0', 'k1', 'k2'), (first, second, key) => {
        const steps = [{ action: 'set' }, { action: 'set' }, { action: 'get' }, { action: 'get' }] as const;
        const forge = (forged?: string) =>
          inTurn(...steps.map((step, at) => ({ ...step, key, ...(at === 2 && forged ? { forged } : {}) })));
        const { ids } = simulate([first, ...forge(), second], seeds);
        const [older, newer, stale] = ids.slice(first.length);
        const { run } = simulate([first, ...forge(older), second], seeds);
        expect(judge(run).findings).toEqual([
          expect.objectContaining({ kind: 'stale-read', operations: [newer, stale] }),
        ]);
      }),
      { numRuns },
    );
  });

  propertyInTiers(
    'a value that is read after its acknowledged removal is a resurrection',
    cases,
    (numRuns) => {
      fc.assert(
        fc.property(act, act, fc.constantFrom('k0', 'k1', 'k2'), (first, second, key) => {
          const planted = inTurn(
            { action: 'set', key },
            { action: 'remove', key, fate: 'lie' },
            { action: 'get', key },
          );
          const { run, ids } = simulate([first, ...planted, second], seeds);
          const victim = expect.arrayContaining([ids[first.length + 1]]);
          expect(judge(run).findings).toEqual([
            expect.objectContaining({ kind: 'resurrection', operations: victim }),
          ]);
        }),
        { numRuns },
      );
    },
  );
});
