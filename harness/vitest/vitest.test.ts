import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { losingStore, safeStore } from '../../src/documents/snippets.test.helper.js';
import { long } from '../../src/tiers.test.helper.js';
import { userCompilerFlags } from '../../src/user-compiler.test.helper.js';

const project = fileURLToPath(new URL('../../', import.meta.url));
const modules = path.join(project, 'node_modules');

/** A project of a user's own, outside of this one, with the package and Vitest linked into it. */
function newUserProject(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-vitest-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(path.join(directory, 'node_modules', '@types'), { recursive: true });
  symlinkSync(project, path.join(directory, 'node_modules', 'holdfast'));
  for (const name of ['vitest', '@types/node'])
    symlinkSync(path.join(modules, name), path.join(directory, 'node_modules', name));
  const own = {
    'package.json': '{ "type": "module" }',
    'vitest.config.ts': 'export default {};',
    'my-store.ts': losingStore(),
    'safe.ts': safeStore,
  };
  for (const [name, text] of Object.entries({ ...own, ...files })) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

interface Outcome {
  state: string;
  message: string;
}

/** Runs the tests of a project. @returns what became of each, by its title */
async function runTests(directory: string): Promise<Record<string, Outcome>> {
  const file = path.join(directory, 'results.json');
  const args = [path.join(modules, 'vitest', 'vitest.mjs'), 'run', '--reporter=json', `--outputFile=${file}`];
  const env = { HOME: directory, NO_COLOR: '1', FORCE_COLOR: undefined, VITEST: undefined };
  const { all } = await execa(process.execPath, args, { cwd: directory, reject: false, all: true, env });
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
    testResults: {
      message: string;
      assertionResults: { title: string; status: string; failureMessages: string[] }[];
    }[];
  };
  const results = testResults.flatMap(({ message, assertionResults }) => {
    if (assertionResults.length === 0) throw new Error(`no test was run: ${message}\n${all}`);
    return assertionResults;
  });
  return Object.fromEntries(
    results.map(({ title, status, failureMessages }) => [
      title,
      { state: status, message: failureMessages.join('\n') },
    ]),
  );
}

/** It stores nothing, so it can lose nothing either. */
const nothing =
  'export const open = () => ({ get: async () => undefined, all: async () => ({}), set: async () => {}, remove: async () => {} });';

const one = `import 'holdfast/vitest';
import { expect, it } from 'vitest';

it('losing', () => expect('./my-store.ts').toLoseNothing(), 300_000);
it('losing, not', () => expect('./my-store.ts').not.toLoseNothing(), 300_000);
it('safe', () => expect('./safe.ts').toLoseNothing({ preemptions: 0, schedules: 4 }), 300_000);
it('safe, not', () => expect('./safe.ts').not.toLoseNothing({ preemptions: 0, schedules: 4 }), 300_000);
it('one writer', () => expect('./my-store.ts').toLoseNothing({ clients: ['set a', 'get b'] }), 300_000);
it('one writer, not', () => expect('./my-store.ts').not.toLoseNothing({ clients: ['set a', 'get b'] }), 300_000);
it('no store', () => expect('./gone.ts').not.toLoseNothing(), 300_000);
it('nothing', () => expect('./nothing.ts').toLoseNothing({ schedules: 2 }), 300_000);
it('nothing, not', () => expect('./nothing.ts').not.toLoseNothing({ schedules: 2 }), 300_000);
it('no path', () => expect(7).not.toLoseNothing(), 300_000);
`;

describe('the matcher in a project of a user', () => {
  // Its short twins: to-lose-nothing.test.ts for what the matcher says, src/documents for a losing store in a project of a user.
  it(
    'a losing store is red with the table and the command that replays it, a safe one is green, and not means the contrary',
    long,
    async () => {
      const directory = newUserProject({ 'test/store.test.ts': one, 'nothing.ts': nothing });
      const found = await runTests(directory);
      expect(Object.entries(found).map(([title, { state }]) => `${title}: ${state}`)).toEqual([
        'losing: failed',
        'losing, not: passed',
        'safe: passed',
        'safe, not: failed',
        'one writer: failed',
        'one writer, not: failed',
        'no store: failed',
        'nothing: failed',
        'nothing, not: failed',
        'no path: failed',
      ]);
      const message = (title: string) => found[title]?.message ?? '';
      const red = message('losing');
      expect(red).toContain('expected ./my-store.ts to lose nothing');
      expect(red).toMatch(/\| T\d+ +\|.*rename auth\.json\S* -> auth\.json/);
      expect(red).toMatch(/lost-update.*acknowledged at T\d+/s);
      expect(message('safe, not')).toContain('expected ./safe.ts to lose something');
      expect(message('one writer')).toContain('no two clients write in "set a | get b"');
      expect(message('one writer, not')).toContain('no two clients write in "set a | get b"');
      expect(message('no store')).toContain('no module at');
      for (const title of ['nothing', 'nothing, not'])
        expect(message(title)).toContain(
          'the search proves neither that ./nothing.ts loses nothing nor that it does',
        );
      expect(message('no path')).toContain(
        "expected the path of a module that opens a store, like expect('./my-store.ts')",
      );
      const [, id = ''] = /Again: npx holdfast replay (\S+)/.exec(red) ?? [];
      const kept = JSON.parse(
        readFileSync(path.join(directory, 'reports', 'vitest', 'schedules', `${id}.json`), 'utf8'),
      );
      expect(kept).toMatchObject({ target: './my-store.ts', kind: 'lost-update' });
    },
  );

  it('the command of the message replays the failure', long, async () => {
    const directory = newUserProject({ 'test/store.test.ts': one });
    const { losing } = await runTests(directory);
    const [, id = ''] = /Again: npx holdfast replay (\S+)/.exec(losing?.message ?? '') ?? [];
    const command = path.join(project, 'dist', 'harness', 'cli', 'main.js');
    const again = await execa(process.execPath, [command, 'replay', id], { cwd: directory, reject: false });
    expect([again.exitCode, again.stdout]).toEqual([1, expect.stringContaining('lost-update')]);
  });
});

const stressed = `import { holdfastTest } from 'holdfast/vitest';
import { expect } from 'vitest';

const run = { scenarios: ['two-terminals'], controls: false, operations: 60 } as const;
holdfastTest('losing', async ({ stress }) => {
  const report = await stress({ ...run, targets: ['./my-store.ts'], operations: 150 });
  expect(report.scenarios[0]?.counts.acknowledged).toBeGreaterThan(20);
  await expect(report).toLoseNothing();
}, 120_000);
holdfastTest('safe', async ({ stress }) => {
  const report = await stress({ ...run, targets: ['./safe.ts'] });
  await expect(report).toLoseNothing();
  await expect(report).not.toLoseNothing();
}, 120_000);
`;

it('the fixture stresses a store in a test, and keeps the report of a test that has failed', {
  ...long,
  retry: 2,
}, async () => {
  const directory = newUserProject({ 'stress.test.ts': stressed });
  const { losing, safe } = await runTests(directory);
  expect([losing?.state, safe?.state]).toEqual(['failed', 'failed']);
  expect(losing?.message).toMatch(/to lose nothing.*lost update/s);
  expect(safe?.message).toMatch(/expected the store of this run to lose something.*All guarantees held/s);
  const [, out = ''] = /Report: (\S+)/.exec(losing?.message ?? '') ?? [];
  expect(JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'))).toMatchObject({
    result: 'invalid',
  });
  rmSync(path.dirname(out), { recursive: true });
});

it('the matcher and the fixture have types', long, async () => {
  const wrong =
    "import 'holdfast/vitest';\nimport { expect } from 'vitest';\nawait expect('./a.ts').toLoseNothing({ clients: 7 });\n";
  const directory = newUserProject({
    'test/store.test.ts': one,
    'stress.test.ts': stressed,
    'wrong.test.ts': wrong,
  });
  const compiler = path.join(modules, 'typescript', 'bin', 'tsc');
  const flags = [...userCompilerFlags, '--skipLibCheck'];
  const check = (...names: string[]) =>
    execa(process.execPath, [compiler, ...flags, ...names], { cwd: directory, reject: false, all: true });
  expect(await check('test/store.test.ts', 'stress.test.ts')).toMatchObject({ exitCode: 0, all: '' });
  expect((await check('wrong.test.ts')).all).toMatch(
    /wrong\.test\.ts.*'clients'|Type 'number' is not assignable/s,
  );
});
