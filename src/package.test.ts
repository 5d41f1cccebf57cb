import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { newDirectory } from './cli/command.test.helper.js';
import { long } from './tiers.test.helper.js';

const project = fileURLToPath(new URL('..', import.meta.url));

/** What a user writes, in TypeScript, so that the types are tried, too. */
const program = `
import { Auth, openStore, openTokens, StoreError, type Store } from 'holdfast';
import { defineScenario, stress, type Report } from 'holdfast/harness';
import { createGuard, verify } from 'holdfast/http';
import { checkLinearizable, models } from 'holdfast/judge';

const store: Store = openStore('credentials.json');
await store.set('github', { type: 'api', key: 'made up' });
if ((await store.get('github') as { key: string }).key !== 'made up') throw new Error('lost');
await store.close();
if (!(await store.get('github').catch((error: unknown) => error) instanceof StoreError)) throw new Error('not closed');

const guard = createGuard({ tokens: openTokens() });
if (verify(guard, new Request('http://localhost/x')).ok) throw new Error('let in without a token');

await Auth.set('anthropic/', { type: 'api', key: 'made up' });
if (Object.keys(await Auth.all()).join() !== 'anthropic') throw new Error('the key rule is not applied');

const { verdict } = checkLinearizable(models.register, [
  { id: 'w', process: 'a', input: { write: 1 }, output: true, begin: 0, end: 1, happened: 'yes' },
  { id: 'r', process: 'b', input: { read: true }, output: null, begin: 2, end: 3, happened: 'yes' },
]);
if (verdict !== 'invalid') throw new Error('the judge does not judge');

const scenario = defineScenario({
  name: 'mine', title: 'mine', why: 'mine', clients: { tui: 2 }, atLeast: { acknowledged: 10 },
});
const report: Report = await stress({ scenarios: [scenario], durationMs: 3000, controls: false, seed: 1 });
console.log(report.result, report.scenarios[0]?.counts.lost);
`;

describe('the packed package, in another folder', long, () => {
  const directory = newDirectory();

  beforeAll(async () => {
    const { stdout } = await execa(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', directory],
      {
        cwd: project,
      },
    );
    const [{ filename }] = JSON.parse(stdout);
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    const flags = ['--no-audit', '--no-fund', '--prefer-offline'];
    await execa('npm', ['install', `./${filename}`, ...flags], { cwd: directory });
    writeFileSync(path.join(directory, 'mine.ts'), program);
    mkdirSync(path.join(directory, 'data'));
  });

  it('the package has types, and both entry points work', async () => {
    const tsc = path.join(project, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = [
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--strict',
      '--typeRoots',
      path.join(project, 'node_modules', '@types'),
    ];
    await execa(process.execPath, [tsc, ...flags, '--types', 'node', 'mine.ts'], { cwd: directory });
    const env = { XDG_DATA_HOME: path.join(directory, 'data') };
    const { stdout } = await execa(process.execPath, ['mine.js'], { cwd: directory, env });
    expect(stdout).toBe('valid 0');
  });

  it('the package has the command', async () => {
    const { stdout } = await execa('npx', ['holdfast', 'list', 'scenarios', '--json'], { cwd: directory });
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 'two-terminals' }));
  });

  it('the package has no tests', async () => {
    const { stdout } = await execa('find', ['node_modules/holdfast', '-name', '*.test.*'], {
      cwd: directory,
    });
    expect(stdout).toBe('');
  });
});
