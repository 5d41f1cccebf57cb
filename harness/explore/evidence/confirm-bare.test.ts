import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../../src/tiers.test.helper.js';
import { confirmBare, explore } from '../explore.test.helper.js';

/** By `strace`, where it is there, `stress --explain` does the same in its own test. */
describe.concurrent('without the gate, with one call that is late by itself', () => {
  const confirm = async (foundIn: string, target: string) => {
    const { failures } = await explore({ target: foundIn });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    return confirmBare({ ...failure, target }, undefined, 'preload');
  };

  eachInTiers([
    ['naive', "process A's write of data/opencode/auth.json"],
    ['rename-only', "process A's rename of data/opencode/auth.json"],
  ])('%s loses what the search said that it would', async (target, call) => {
    const told = await confirm(target, target);
    expect(told).toContain(`with nothing but ${call} delayed (by itself, as there is no strace)`);
    expect(told).toMatch(/: lost in 3 of 3 runs\.$/);
  });

  it('a store with a lock does not', long, async () => {
    expect(await confirm('rename-only', 'textbook')).toMatch(/: lost in 0 of 3 runs\.$/);
  });
});
