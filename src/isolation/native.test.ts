import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { long } from '../tiers.test.helper.js';
import { cFiles, sanitizedProgram, whyNot } from './isolation.test.helper.js';

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
    const flags = ['-fsyntax-only', '-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Werror'];
    execFileSync('cc', [...flags, ...cFiles('isolate')], { stdio: 'pipe' });
  });
});
