import { expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { findOnPath } from '../targets/program/find.js';
import { holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';

it('field ends at once, and says what to do, where its directory can be made by no user', async () => {
  const { exitCode, stderr } = await holdfastWarm(['field', 'git-config', '--out', '/proc/self/field']);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(
      /^holdfast: expected a directory .*, got \/proc\/self\/field: ENOENT.*; run it in another directory, or name one with --out$/,
    ),
  });
});

it(
  'field --explore searches each program that it has stressed: git config fails in no schedule',
  long,
  async (context) => {
    if (!findOnPath('git') || !findOnPath('cc')) context.skip('git or a C compiler not to be had here');
    const args = ['field', '--duration', '3s', '--explore', '5m', 'git-config', '--json'];
    const { stdout } = await holdfast(args, { cwd: newDirectory() });
    const [found] = JSON.parse(stdout);
    expect(found.search).toMatchObject({ failed: 0, exhausted: true });
    expect(found.search.executions).toBeGreaterThan(5);
  },
);
