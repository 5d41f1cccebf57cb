import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { newDirectory } from './store/scratch.test.helper.js';

const project = fileURLToPath(new URL('..', import.meta.url));

type Result = [title: string, status: string, retries?: number];

/** What `.ci/count.mjs` says of results of one file, as on GitHub. */
function count(file: string, ...runs: Result[][]) {
  const directory = newDirectory();
  const places = runs.map((results, n) => {
    const assertionResults = results.map(([fullName, status, retries]) => ({
      fullName,
      status,
      meta: retries === undefined ? {} : { retries },
    }));
    const place = path.join(directory, `${n}.json`);
    const testResults = [{ name: path.join(project, file), status: 'passed', assertionResults }];
    writeFileSync(place, JSON.stringify({ testResults }));
    return place;
  });
  const { status, stdout } = spawnSync(
    process.execPath,
    [path.join(project, '.ci', 'count.mjs'), ...places],
    {
      encoding: 'utf8',
      env: { ...process.env, GITHUB_ACTIONS: 'true' },
    },
  );
  return { status, stdout, last: stdout.trim().split('\n').at(-1) };
}

const namespaces = 'root of a user namespace follows the links of the real root';

it('a test that any run has passed counts once, and none that another run left out is skipped', () => {
  const { status, last } = count(
    'src/a.test.ts',
    [
      ['one', 'passed'],
      ['two', 'skipped'],
    ],
    [
      ['one', 'skipped'],
      ['two', 'passed', 2],
    ],
  );
  expect([status, last]).toEqual([0, '2 passed, 0 failed, 1 retried']);
});

it('a test that is tried again is named with how often', () => {
  expect(count('src/a.test.ts', [['two', 'passed', 2]]).stdout).toContain('  2 times: src/a.test.ts > two\n');
});

it('a skipped test fails the count, unless .ci/skipped.json names it for this kind of machine', () => {
  const named = count('src/surroundings/hostile-files.test.ts', [[namespaces, 'skipped']]);
  expect([named.status, named.last]).toEqual([0, '0 passed, 0 failed, 1 skipped']);
  const other = count('src/surroundings/hostile-files.test.ts', [['another', 'skipped']]);
  expect(other.status).toBe(1);
  expect(other.stdout).toContain(
    'skipped, and not named in .ci/skipped.json:\n  src/surroundings/hostile-files.test.ts > another\n',
  );
});
