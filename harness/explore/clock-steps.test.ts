import { describe, expect, it } from 'vitest';
import { eachInTiers, long, propertyInTiers } from '../../src/tiers.test.helper.js';
import { explore, fixture, searchSimulated } from './explore.test.helper.js';
import { parseSchedule, printSchedule } from './schedule/action.js';

const two = { clients: ['set a', 'set b'], clockSteps: true, strategy: 'pct' } as const;
const trusting = fixture('trusts-clock.mjs');

describe('a wall clock that is set', () => {
  it('has a living holder passed where a lock is judged by it', async () => {
    const { failures } = await searchSimulated({ ...two, target: trusting, schedules: 200 });
    expect(failures[0]).toMatchObject({ kind: 'lost-update' });
  });

  it('has a living holder passed where a lock is judged by it, as real processes confirm', long, async () => {
    const { failures } = await explore({ ...two, target: trusting, executor: 'sim', schedules: 200 });
    const [failure] = failures;
    expect(failure).toMatchObject({ kind: 'lost-update', replayed: { same: 2, of: 2 } });
    expect(failure?.schedule).toMatch(/ c\d:\+3600000 /);
    const schedule = failure?.schedule ?? '';
    expect(printSchedule(parseSchedule(schedule))).toBe(schedule);
    expect(failure?.rows.map(({ text }) => text)).toContain('(the wall clock is set forward by 60 minutes)');
  });

  // Where it is searched, the first of them that fails is the 62nd.
  const cases = { few: 40, many: 200 };
  propertyInTiers('is no finding where it is not searched', cases, async (schedules) => {
    const options = { ...two, clockSteps: false, target: trusting, schedules };
    expect((await searchSimulated(options)).failures).toEqual([]);
  });

  eachInTiers([
    ['the hardened store', 'hardened?leaseMs=20', {}],
    ['the hardened store, on several machines', 'hardened?leaseMs=20', { hosts: true }],
    ['the hardened store, with a kill', 'hardened?leaseMs=20', { crash: true }],
    ['the hardened store, with pauses beyond every lease', 'hardened?leaseMs=20', { steal: true }],
    ['tokens', `${fixture('tokens-as-entries.mjs')}?leaseMs=20`, {}],
  ])('loses nothing in %s', async (_, target, more) => {
    const { failures } = await searchSimulated({ ...two, ...more, target, schedules: 8 });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
  });

  it('is not searched together with a loss of power, whose clock nothing simulates', async () => {
    const search = explore({ ...two, executor: 'sim', powerLoss: true });
    await expect(search).rejects.toThrow('leave --clock-steps or --power-loss out');
  });
});
