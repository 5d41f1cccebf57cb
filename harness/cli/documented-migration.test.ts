import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, inject, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { findOnPath } from '../targets/program/find.js';
import { newDirectory } from './command.test.helper.js';

const at = (place: string) => fileURLToPath(new URL(`../../${place}`, import.meta.url));
const text = readFileSync(at('docs/migration.md'), 'utf8');
const files = [...text.matchAll(/^```js\n(\/\/ (\S+).*?)^```$/gms)];
const bun = [at('.ci/runtimes/bin/bun'), findOnPath('bun') ?? ''].find((file) => existsSync(file));
const reason = bun ? '' : ' (skipped: there is no bun; .ci/runtimes/install brings it)';

/**
 * The files of the page, and the package, in a directory of their own.
 * @param logins of each process: on the page it is a hundred
 */
function page(logins: number): string {
  const cwd = newDirectory();
  chmodSync(cwd, 0o700);
  for (const [, body = '', name = ''] of files)
    writeFileSync(path.join(cwd, name), body.replace('n < 100', `n < ${logins}`));
  mkdirSync(path.join(cwd, 'node_modules'));
  symlinkSync(inject('installation'), path.join(cwd, 'node_modules', 'holdfast'));
  return cwd;
}

const runtimes = [
  ['node', process.execPath],
  [`bun${reason}`, bun],
] as const;

const [first] = runtimes;
describe('what docs/migration.md says', () => {
  describe(`on ${first[0]}, with fewer logins`, () => describeRaces(20, first[1]));
  describe.each(runtimes)('on %s', long, (_, runtime) => describeRaces(100, runtime));
});

function describeRaces(logins: number, runtime = ''): void {
  it.skipIf(!runtime)(
    'the module of today loses logins and drops what it does not know',
    { retry: 2 },
    async () => {
      const { stdout } = await execa(runtime, ['race.mjs', './before.mjs'], { cwd: page(logins) });
      const [, found] = /^(\d+) of 200 are there; the unknown entry is gone$/.exec(stdout) ?? [];
      expect(Number(found)).toBeLessThan(2 * logins);
    },
  );

  it.skipIf(!runtime)('the module on the store loses none, and keeps the unknown entry', async () => {
    const { stdout } = await execa(runtime, ['race.mjs', './after.mjs'], { cwd: page(logins) });
    expect(stdout).toBe(`${2 * logins} of 200 are there; the unknown entry is there`);
  });
}
