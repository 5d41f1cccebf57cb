import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../../src/tiers.test.helper.js';
import { confirmBare, explore } from '../explore.test.helper.js';

/** By `strace`, where it is there, `stress --explain` does the same in its own test. */
describe.concurrent('the confirmation without the gate', () => {
  const confirm = async (foundIn: string, target: string) => {
    const { failures } = await explore({ target: foundIn });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    return confirmBare({ ...failure, target }, undefined, 'preload');
  };

  eachInTiers([
    ['naive', "process A's write of data/opencode/auth.json"],
    ['rename-only', "process A's rename of data/opencode/auth.json"],
  ])('%s loses an update with one delayed call, as the search said', async (target, call) => {
    const told = await confirm(target, target);
    expect(told).toContain(`with nothing but ${call} delayed (by itself, as there is no strace)`);
    expect(told).toMatch(/: lost in 3 of 3 runs\.$/);
  });

  it('a store with a lock loses nothing when the same call is delayed', long, async () => {
    expect(await confirm('rename-only', 'textbook')).toMatch(/: lost in 0 of 3 runs\.$/);
  });
});
