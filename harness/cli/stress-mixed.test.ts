import { expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { findOnPath } from '../targets/program/find.js';
import { counts, fixture, holdfastWarm, newDirectory, stress } from './command.test.helper.js';

/** Agents beside the clients of a store; what the store's own rules are is in src/store/file/commit/mixed-company.test.ts. */
const mixed = ['--duration', '4s', '--operations', '60', '--seed', '1'];

it('beside agents as they ship the hardened store keeps what it has acknowledged, and what they lose is told as theirs', async () => {
  const { exitCode, report } = await stress('hardened', 'mixed-agent', ...mixed);
  const [run] = report?.scenarios ?? [];
  expect({ exitCode, violations: run?.violations.map(({ sentence }) => sentence) }).toEqual({
    exitCode: 0,
    violations: [],
  });
  const { foreignLost = 0, foreignWrites = 0 } = counts(report) ?? {};
  expect(foreignLost).toBeGreaterThan(0);
  expect(run?.notes?.[0]).toMatch(
    `Programs that know no store lost ${foreignLost} of their ${foreignWrites} writes`,
  );
});

// Where it is not named, it is left out: see stress-tokens.test.ts.
it('a scenario whose program is not here is refused where it is named', async () => {
  const { exitCode, stderr } = await holdfastWarm(['stress', '--scenario', 'mixed-opencode'], {
    env: { PATH: newDirectory() },
  });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('opencode is not on the PATH')]);
});

it(
  'beside the real agent the hardened store keeps what it has acknowledged, and a store that takes over its wipes does not',
  long,
  async ({ skip }) => {
    skip(findOnPath('opencode') === undefined, 'opencode is not on the PATH: mixed-agent stands for it');
    const held = await stress('hardened', 'mixed-opencode', '--duration', '10s');
    expect([held.exitCode, counts(held.report)]).toEqual([
      0,
      expect.objectContaining({ lost: 0, seedsLost: 0 }),
    ]);
    const { report } = await stress(fixture('adopts-wipes.mjs'), 'mixed-opencode', '--duration', '10s');
    expect(counts(report)?.lost).toBeGreaterThan(0);
  },
);
