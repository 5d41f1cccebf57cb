import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type * as Built from './built.test.helper.js';
import type { BenchContext } from './context.js';
import { findRivals } from './rivals/index.js';

const fixture = (name: string) => fileURLToPath(new URL(`../stress/fixtures/${name}`, import.meta.url));
const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')));
/** As it is shipped: a process that loads its modules one by one takes twice as long to start. */
const built = (name: string) => new URL(`../../dist/harness/bench/${name}`, import.meta.url).href;
const { contend, Crew, endure, fileMaker, measureSizes, resolveTarget, Tally } = (await import(
  built('built.test.helper.js')
)) as typeof Built;
const crew = new Crew(directory);
afterAll(async () => {
  await crew.killAll();
  rmSync(directory, { recursive: true, force: true });
});

const specOf = (file: string) => ({
  label: path.basename(file),
  module: pathToFileURL(file).href,
  options: {},
});
const hardened = resolveTarget('hardened', '.');

it('what processes that contend have lost is counted by a fresh process', async () => {
  const signal = new AbortController().signal;
  const context = { crew, newFile: fileMaker(directory), signal } as BenchContext;
  const workers = await crew.hire(2, hardened, context.newFile());
  const load = { entries: 3, setsEach: 10, forMsMax: 60_000 };
  const resultOf = async (target: typeof hardened) => {
    const tally = new Tally(target, 2);
    await contend(context, tally, workers, load);
    return tally.result('contended');
  };
  // Three entries before, one of the other process, and ten of each.
  expect(await resultOf(hardened)).toMatchObject({ acknowledged: 24, failed: 0, lost: 0, processes: 2 });
  expect(await resultOf(specOf(fixture('in-memory.mjs')))).toMatchObject({ acknowledged: 24, lost: 24 });
});

it('what a larger file costs is measured in changes that are there at the end', async () => {
  const signal = new AbortController().signal;
  const resultsOf = async (target: typeof hardened) => {
    const newFile = fileMaker(mkdtempSync(path.join(directory, 'sizes-')));
    const context = { crew, target, newFile, signal, rounds: 1, say: () => {} };
    return (await measureSizes(context, [5])) as { name?: string; lost?: number; acknowledged?: number }[];
  };
  const found = await resultsOf(hardened);
  expect(found.map(({ name }) => name)).toEqual(['set-5', 'all-5', 'get-5', undefined]);
  // The first five, and five more.
  expect(found.at(-1)).toMatchObject({ acknowledged: 10, lost: 0 });
  expect((await resultsOf(specOf(fixture('in-memory.mjs')))).at(-1)).toMatchObject({ lost: 10 });
});

it('a process that makes very many changes is weighed: a store that leaves a file open each time grows', async () => {
  const leaking = path.join(directory, 'leaking.mjs');
  writeFileSync(
    leaking,
    `import { openSync } from 'node:fs';
     export const open = () => ({ get: async () => 1, all: async () => ({}), set: async () => void openSync('/') });`,
  );
  const newFile = fileMaker(mkdtempSync(path.join(directory, 'endure-')));
  const growth = async (target: typeof hardened) => {
    const signal = new AbortController().signal;
    const context = { crew, target, newFile, signal, rounds: 2, say: () => {} };
    const results = (await endure(context, 128)) as { name: string; met?: boolean }[];
    return results.find(({ name }) => name === 'descriptors-growth');
  };
  expect(await growth(hardened)).toMatchObject({ met: true, value: { median: 0 } });
  expect(await growth(specOf(leaking))).toMatchObject({ met: false, value: { median: 128 } });
});

it('the process at rest names what a store keeps it alive by: the hardened store has nothing', async () => {
  const clinging = path.join(directory, 'clinging.mjs');
  const store = '{ get: async () => 1, all: async () => ({}), set: async () => {}, remove: async () => {} }';
  writeFileSync(clinging, `export const open = () => (setInterval(() => {}, 1e3), ${store});`);
  const keptAliveBy = async (target: typeof hardened) => {
    const config = { file: path.join(directory, 'auth.json'), target, idleMs: 1 };
    const child = crew.spawn(fileURLToPath(built('idle-process.js')), [JSON.stringify(config)]);
    const line =
      (await text(child.stdout as Readable)).split('\n').find((one) => one.startsWith('{"keptAliveBy":')) ??
      '{}';
    return JSON.parse(line).keptAliveBy;
  };
  const found = await Promise.all([keptAliveBy(specOf(clinging)), keptAliveBy(hardened)]);
  expect(found).toEqual([['Timeout'], []]);
});

it('each rival that can not be run here says what it takes', () => {
  const rivals = findRivals();
  expect(rivals.map(({ spec }) => spec.label)).toEqual([
    ...['textbook', 'naive', 'conf', 'lowdb', 'configstore', 'keyv-file', 'sqlite', 'lmdb'],
  ]);
  for (const { missing = 'npm i -D it' } of rivals) expect(missing).toMatch(/npm i -D|needs Node/);
});
