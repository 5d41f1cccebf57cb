import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { newDirectory } from './cli/command.test.helper.js';
import { runWarm } from './cli/warm-command.test.helper.js';
import { eachInTiers, long } from './tiers.test.helper.js';

const project = fileURLToPath(new URL('..', import.meta.url));

/** What a user writes, in TypeScript, so that the types are tried, too. */
const mine = `
import { Auth, openStore, openTokens, StoreError, type Store } from 'holdfast';
import { defineScenario, stress, type Report } from 'holdfast/harness';
import { createGuard, verify } from 'holdfast/http';
import { etcd } from 'holdfast/etcd';
import { checkLinearizable, models } from 'holdfast/judge';

const store: Store = openStore('credentials.json');
await store.set('github', { type: 'api', key: 'made up' });
if ((await store.get('github') as { key: string }).key !== 'made up') throw new Error('lost');
await store.close();
if (!(await store.get('github').catch((error: unknown) => error) instanceof StoreError)) throw new Error('not closed');

// Without the entry that was imported, an address of etcd would be refused. No member needs to be there.
await openStore('etcd://127.0.0.1:1/made-up').close();
await openStore(etcd('etcd://127.0.0.1:1/made-up')).close();

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
const report: Report = await stress({ scenarios: [scenario], durationMs: 3000, patienceMs: 20_000, controls: false, seed: 1 });
console.log(report.result, report.scenarios[0]?.counts.lost);
`;

/** Compiles, as a user's own compiler would: with the types of the package checked, too, and those of the compiler itself not. */
async function compile(directory: string, file: string, ...flags: string[]): Promise<void> {
  const tsc = path.join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', path.join(project, 'node_modules', '@types')];
  const strict = ['--target', 'es2022', '--strict', '--skipDefaultLibCheck'];
  await execa(process.execPath, [tsc, ...strict, ...types, ...flags, file], { cwd: directory });
}

/** Packs what is built. */
async function pack(directory: string): Promise<{ file: string; names: string[] }> {
  const flags = ['--json', '--ignore-scripts', '--pack-destination', directory];
  const { stdout } = await execa('npm', ['pack', ...flags], { cwd: project });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { file: path.join(directory, filename), names: files.map(({ path }) => path) };
}

/** The names of what npm would pack, by its own module for that: npm itself takes seconds to start and to compress. */
async function packedNames(): Promise<string[]> {
  const npm = realpathSync(path.join(path.dirname(process.execPath), 'npm'));
  const list = createRequire(npm)('npm-packlist') as (tree: object) => Promise<string[]>;
  const manifest = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'));
  return list({ path: project, package: manifest, isProjectRoot: true, edgesOut: new Map() });
}

describe('the packed package, where nothing else is installed', () => {
  const directory = newDirectory();
  const place = path.join(directory, 'node_modules', 'holdfast');
  const manifest = () => JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8'));
  const env = { XDG_DATA_HOME: directory };
  const program = () => path.join(place, manifest().bin.holdfast);
  /** In a process that has run other commands of it. */
  const holdfast = (...args: string[]) =>
    runWarm({ command: program(), args, cwd: directory, env, input: '' });

  beforeAll(async () => {
    for (const name of await packedNames()) cpSync(path.join(project, name), path.join(place, name));
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    writeFileSync(path.join(directory, 'mine.ts'), mine);
    writeFileSync(path.join(directory, 'store.ts'), 'export function open() {}');
  });

  it('it brings no package along, and no script runs where it is installed', () => {
    const { dependencies = {}, peerDependenciesMeta, peerDependencies, scripts } = manifest();
    expect(dependencies).toEqual({});
    const optional = Object.keys(peerDependencies).map((name) => [name, { optional: true }]);
    expect(peerDependenciesMeta).toEqual(Object.fromEntries(optional));
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts).not.toHaveProperty(name);
  });

  it('what a user installs where it is needed is no part of it, but for Hono: a copy of Vitest would have matchers of its own', () => {
    const licenses = readFileSync(path.join(place, 'dist', 'licenses.txt'), 'utf8');
    const bundled = Array.from(licenses.matchAll(/^(\S+) \d\S* \(.+\)$/gm), ([, name]) => name);
    expect(bundled).toContain('commander');
    expect(Object.keys(manifest().peerDependencies).filter((name) => bundled.includes(name))).toEqual([
      'hono',
    ]);
  });

  it('it has the page, no tests and no source maps, and stays below 4 MB in 480 files', () => {
    const entries = readdirSync(place, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name));
    expect(files.filter((name) => /\.test\.|\.map$|conformance|mutants/.test(name))).toEqual([]);
    expect(files.length).toBeLessThan(480);
    const page = path.join(place, 'dist', 'harness', 'report', 'page');
    expect(files).toEqual(expect.arrayContaining([path.join(page, 'page.js'), path.join(page, 'page.css')]));
    const bytes = files.reduce((sum, name) => sum + statSync(name).size, 0);
    expect(bytes).toBeLessThan(4_000_000);
  });

  it('a bundle has what is used of the store, and nothing where nothing is used', async () => {
    const bundled = async (contents: string) => {
      const stdin = { contents, resolveDir: directory };
      const common = { bundle: true, minify: true, platform: 'node', format: 'esm', write: false } as const;
      const { outputFiles } = await build({ ...common, stdin, logLevel: 'silent' });
      return outputFiles[0]?.text ?? '';
    };
    const sizeOf = async (contents: string) => gzipSync(await bundled(contents)).length;
    expect(await bundled(`import 'holdfast'; import 'holdfast/http'`)).toBe('');
    // What is not pure at the top level stays in each bundle. That is no class, and nothing of the validator.
    const rest = await bundled(`export { tokenPattern } from 'holdfast'`);
    expect(rest).not.toMatch(/class|safeParse|\bvendor\b/);
    expect(gzipSync(rest).length).toBeLessThan(2000);
    expect(await sizeOf(`export { StoreError } from 'holdfast'`)).toBeLessThan(2500);
    expect(await sizeOf(`export { openStore } from 'holdfast'`)).toBeLessThan(33_600);
    expect(await bundled(`export { openStore } from 'holdfast'`)).not.toMatch(/safeParse|\bvendor\b/);
  });

  it('each entry of the product is one file, an engine shares one more with the store, and one with the other engine', async () => {
    const filesOf = async (entry: string) => {
      const entryPoints = [path.join(place, manifest().exports[entry].default)];
      const common = { bundle: true, platform: 'node', format: 'esm', write: false, metafile: true } as const;
      const { metafile } = await build({ ...common, entryPoints });
      return Object.keys(metafile.inputs);
    };
    for (const entry of ['./http', './judge']) expect(await filesOf(entry)).toHaveLength(1);
    const [store, etcd] = [await filesOf('.'), await filesOf('./etcd')];
    const postgres = (await filesOf('./postgres')).filter((file) => !file.includes('node_modules/postgres'));
    expect([store.length, etcd.length, postgres.length]).toEqual([2, 3, 3]);
    expect(store.filter((file) => etcd.includes(file))).toHaveLength(1);
    expect(postgres.filter((file) => etcd.includes(file))).toHaveLength(2);
  });

  it('an engine makes itself known to the store and throws its errors, also in a bundle', async () => {
    const contents = `import 'holdfast/etcd';
      import { openStore, StoreError } from 'holdfast';
      import { etcd } from 'holdfast/etcd';
      const said = (error) => [error instanceof StoreError, error.code];
      const gone = openStore('etcd://127.0.0.1:1/x', { deadlineMs: 50 });
      const errors = [await gone.get('a').catch(said), await gone.set('a', 1).catch(said)];
      try { etcd({ endpoints: [] }) } catch (error) { errors.push(said(error)) }
      console.log(JSON.stringify(errors.map(([isOurs, code]) => [isOurs, /^E_(UNAVAILABLE|TIMEOUT|INPUT)$/.test(code)])));`;
    // It is imported for its effect alone there, which a bundler may leave out of a package without side effects.
    const alone = contents.replace(/^.*{ etcd }.*$/m, '').replace(/^.*endpoints.*$/m, '');
    const stdin = { contents: alone, resolveDir: directory };
    const common = {
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    } as const;
    await build({ ...common, stdin, outfile: path.join(directory, 'bundled.mjs') });
    writeFileSync(path.join(directory, 'plain.mjs'), contents);
    const said = async (file: string) =>
      JSON.parse((await execa(process.execPath, [file], { cwd: directory })).stdout);
    const ours = [true, true];
    expect(await said('plain.mjs')).toEqual([ours, ours, ours]);
    expect(await said('bundled.mjs')).toEqual([ours, ours]);
  });

  eachInTiers([
    ['nodenext', ['--module', 'nodenext']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('its types are whole for the resolution %s, without those of an optional package', async (_, flags) => {
    await compile(directory, 'mine.ts', '--noEmit', ...flags);
  });

  it('a program in CommonJS can require it', async () => {
    const text = `const { openStore, Auth } = require('holdfast'); const { createGuard } = require('holdfast/http');
      console.log(typeof openStore, typeof Auth.get, typeof createGuard)`;
    const { stdout } = await execa(process.execPath, ['--no-warnings', '-e', text], { cwd: directory });
    expect(stdout).toBe('function function function');
  });

  it('the commands of the product work, and those of the harness that need nothing', async () => {
    const alone = await execa(process.execPath, [program(), 'auth', 'list', '--json'], {
      cwd: directory,
      env,
    });
    expect(alone).toMatchObject({ exitCode: 0, stdout: '[]' });
    const { stdout } = await holdfast('list', 'scenarios', '--json');
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 'two-terminals' }));
  });

  it.each([
    ['holdfast explore', 'esbuild', ['explore', '--target', 'naive']],
    ['store.ts', 'tsx', ['stress', '--target', './store.ts']],
    ['mine.ts', 'tsx', ['stress', '--scenario', './mine.ts']],
    ['holdfast complete', '@bomb.sh/tab', ['complete', 'zsh']],
  ])('%s names the package %s that it needs', async (who, name, args) => {
    const { exitCode, stderr } = await holdfast(...args);
    expect(stderr).toContain(`${who} needs ${name}: npm install --save-dev ${name}`);
    expect(exitCode).toBe(2);
  });
});

/** The functions of a bundle whose source map leads to a line with none. */
function misled(file: string): string[] {
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((text, line) =>
    Array.from(text.matchAll(/\bfunction ([a-z]\w*)\(/gi)).flatMap(({ 1: name = '', index }) => {
      const entry = map.findEntry(line, index);
      if (!('originalLine' in entry)) return [name];
      const source = readFileSync(path.resolve(path.dirname(file), entry.originalSource), 'utf8').split('\n');
      const original = source[entry.originalLine] ?? '';
      return original.includes('function') || original.includes(name) ? [] : [`${name}: ${original}`];
    }),
  );
}

describe('what is built', () => {
  it.each(['src/index.js', 'harness/judge.js', 'harness/clients/agent.js'])(
    'the source map of %s leads from each function to its source',
    (file) => {
      expect(misled(path.join(project, 'dist', file))).toEqual([]);
    },
  );
});

describe('the packed package, installed in another folder', long, () => {
  const directory = newDirectory();

  beforeAll(async () => {
    const { file, names } = await pack(directory);
    expect((await packedNames()).toSorted()).toEqual(names.toSorted());
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    const flags = ['--no-audit', '--no-fund', '--offline'];
    const { all } = await execa('npm', ['install', file, ...flags], { cwd: directory, all: true });
    expect(all).not.toContain('script');
    writeFileSync(path.join(directory, 'mine.ts'), mine);
    mkdirSync(path.join(directory, 'data'));
  });

  it('it is the one package that is installed', () => {
    const names = readdirSync(path.join(directory, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(names).toEqual(['holdfast']);
  });

  it('a program with all its entry points runs', async () => {
    await compile(directory, 'mine.ts', '--module', 'nodenext');
    const env = { XDG_DATA_HOME: path.join(directory, 'data') };
    const { stdout } = await execa(process.execPath, ['mine.js'], { cwd: directory, env });
    expect(stdout).toBe('valid 0');
  });

  it('npx finds the command', async () => {
    const { stdout } = await execa('npx', ['holdfast', 'auth', 'list', '--json'], {
      cwd: directory,
      env: { XDG_DATA_HOME: path.join(directory, 'none') },
    });
    expect(stdout).toBe('[]');
  });
});
