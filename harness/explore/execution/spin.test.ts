import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../../src/tiers.test.helper.js';
import { explore, fixture, searchProcesses } from '../explore.test.helper.js';
import { Spin } from './spin.js';

const look = (name: string, found = '') => ({
  key: `${name} ${found}`,
  accesses: [{ on: name, how: 'read' as const }],
});

describe('a client that spins', () => {
  it.each([
    [['a', 'a', 'a'], true],
    [['a', 'a'], false],
    [['x', 'a', 'b', 'a', 'b', 'a', 'b'], true],
    [['a', 'b', 'a', 'b', 'a'], false],
    [['a', 'b', 'c', 'd', 'e', 'f'], false],
  ])('the looks %j are a spin: %s', (names, expected) => {
    const spin = new Spin();
    for (const name of names) spin.polled(look(name));
    expect(spin.isSpinning).toBe(expected);
  });

  it('a spin ends when another client changes what it looks at, and for nothing else', () => {
    const spin = new Spin();
    for (let time = 0; time < 3; time++) spin.polled(look('a'));
    spin.disturb([
      { on: 'b', how: 'write' },
      { on: 'a', how: 'read' },
    ]);
    expect(spin.isSpinning).toBe(true);
    spin.disturb([{ on: 'a', how: 'write' }]);
    expect(spin.isSpinning).toBe(false);
  });

  it('a client that waits for a lock does not spin, and is not offered before another one goes on', () => {
    const spin = new Spin();
    spin.hold(7);
    expect([spin.holds(7), spin.holds(8), spin.isSpinning]).toEqual([true, false, false]);
    spin.release();
    expect(spin.holds(7)).toBe(false);
  });

  it('a client spins after as many equal looks as were asked for', () => {
    const spin = new Spin(8);
    for (let time = 0; time < 7; time++) spin.polled(look('a'));
    expect(spin.isSpinning).toBe(false);
    spin.polled(look('a'));
    expect(spin.isSpinning).toBe(true);
  });

  it('calls that look at nothing are no spin, such as the close of several files', () => {
    const spin = new Spin();
    for (let time = 0; time < 6; time++) spin.polled({ key: 'close', accesses: [] });
    expect(spin.isSpinning).toBe(false);
  });

  it('a loop is no spin while what it finds changes', () => {
    const spin = new Spin();
    for (const found of ['1', '2', '3', '4']) spin.polled(look('a', found));
    expect(spin.isSpinning).toBe(false);
  });
});

describe('a lock that is polled without a pause', () => {
  const spins = fixture('spins.mjs');

  eachInTiers(['dpor', 'dfs'] as const)('a polled lock is no livelock: %s', async (strategy) => {
    const found = await searchProcesses({ target: spins, strategy, preemptions: 1 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
  });

  it('a poll may be given up by the clock, which goes on when no other client does', async () => {
    const { failures, longestWait } = await explore({ target: `${spins}?way=clock` });
    expect(failures).toEqual([]);
    expect(longestWait.ms).toBeGreaterThan(1000);
  });

  it('a polled lock that is never released is a livelock', long, async () => {
    const { failures } = await explore({ target: `${spins}?way=forgets` });
    expect(failures).toMatchObject([
      { kind: 'livelock', sentence: expect.stringContaining('B waits for mkdir') },
    ]);
  });
});
