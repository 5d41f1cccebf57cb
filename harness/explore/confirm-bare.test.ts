import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { confirmBare, explore } from './explore.test.helper.js';

const hasStrace = spawnSync('strace', ['-f', 'true']).status === 0;
const delayers = hasStrace ? (['strace', 'preload'] as const) : (['preload'] as const);

describe.each(delayers)('without the gate, with one call that is late by %s', (delayer) => {
  it.each(['naive', 'rename-only'])('%s loses what the search said that it would', async (target) => {
    const { failures } = await explore({ target });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(await confirmBare(failure, undefined, delayer)).toMatch(/: lost in 3 of 3 runs\.$/);
  });

  it('a store with a lock does not', async () => {
    const { failures } = await explore({ target: 'rename-only' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(await confirmBare({ ...failure, target: 'textbook' }, undefined, delayer)).toMatch(
      /: lost in 0 of 3 runs\.$/,
    );
  });
});
