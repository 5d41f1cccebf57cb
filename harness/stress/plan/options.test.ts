import { expect, it, vi } from 'vitest';
import type * as Options from './options.js';

const built = new URL('../../../build/harness/stress/plan/options.js', import.meta.url).href;
const { fillOptions } = (await import(built)) as typeof Options;

it('the default duration is enough for every scenario that ships, and for the planted bugs', async () => {
  const { runs, isSized } = await fillOptions({});
  expect(isSized).toBe(false);
  expect(runs.map(({ scenario }) => scenario.name)).toContain('mixed-agent');
  // Less than a second each would be no race.
  expect(Math.min(...runs.filter(({ mustFind }) => !mustFind).map(({ workMs }) => workMs))).toBeGreaterThan(
    1000,
  );
});

it('a scenario that does not fit, or whose program is not here, and that was not named is left out with its reason', async () => {
  vi.stubEnv('PATH', '');
  const { runs, leftOut } = await fillOptions({ targets: ['textbook'], controls: false });
  expect(runs.map(({ scenario }) => scenario.name)).toContain('two-terminals');
  expect(leftOut).toEqual(
    expect.arrayContaining([
      'token-revocation: "textbook" is not known to have tokens',
      'mixed-opencode: opencode is not on the PATH',
    ]),
  );
});
