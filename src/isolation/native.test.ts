import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { long } from '../tiers.test.helper.js';
import { sanitizedHelper, sanitizedProgram, sanitizers, whyNot } from './isolation.test.helper.js';

const target = fileURLToPath(new URL('../../native/isolate/fuzz/parse.c', import.meta.url));

function fuzz(seeds: readonly number[], count: number): void {
  const program = sanitizedProgram(target);
  for (const seed of seeds) {
    const { status, stderr } = spawnSync(program, [`${seed}`, `${count}`], { encoding: 'utf8' });
    expect([seed, status, stderr]).toEqual([seed, 0, '']);
  }
}

describe.skipIf(whyNot !== undefined)(`the helper in C${whyNot ? ` (${whyNot})` : ''}`, () => {
  it('parses whatever a program or its parent may say without a mistake in its memory', () => {
    fuzz([1, 2], 20_000);
  });

  it('does so at length', long, () => {
    fuzz(
      Array.from({ length: 5 }, (_, at) => at + 3),
      100_000,
    );
  });

  it('is warned of by no compiler, with all that it can warn of', () => {
    // It is compiled so for all tests, and where it is not there yet, here.
    expect(sanitizers()).toEqual(expect.arrayContaining(['-Wshadow', '-Wconversion', '-Werror']));
    expect(existsSync(sanitizedHelper())).toBe(true);
  });

  it('leaks no memory where it says what the kernel has', () => {
    const env = { ...process.env, EVERY_LEAK: '1' };
    const { status, stdout } = spawnSync(sanitizedHelper(), ['--check'], { encoding: 'utf8', env });
    expect([status, stdout]).toEqual([0, 'isolate ok\n']);
  });
});
