import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The modules of a folder, without tests. */
const all = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .map((name) => path.posix.join(folder, name));

/**
 * What users import, but for the harness as a whole: each group is a file for each entry, with all that it needs. An engine makes
 * itself known to the store, and throws the store's errors, so these two must share one copy of both.
 */
export const library = [
  ['src/index.ts', 'src/etcd/index.ts', 'src/postgres/index.ts'],
  ['src/http/index.ts'],
];

/** What judges histories, without what makes them: one file, too. */
export const judge = ['harness/judge.ts'];

/** The contract on each runtime is that of what is shipped. They are not shipped themselves. */
export const tests = [
  'src/conformance/run.ts',
  'src/conformance/programs.ts',
  'harness/explore/built.test.helper.ts',
  'harness/bench/built.test.helper.ts',
  'harness/stress/blind-run.test.helper.ts',
];

/** The command, of the product alone and with the harness; the harness as a library; and its threads. They share their chunks. */
export const command = [
  'src/cli/main.ts',
  'harness/cli/main.ts',
  'harness/index.ts',
  'harness/vitest/index.ts',
  'harness/check/worker.ts',
  'harness/explore/workers/thread.ts',
];

/** What the harness loads by its place. A search puts a store and all that it imports into a script. They share their chunks. */
export const modules = [
  ...all('harness/targets'),
  ...all('harness/bench/rivals'),
  ...all('scenarios'),
  // The server has most in common with the store that is asked through it.
  'harness/clients/server.ts',
];

/**
 * The processes that the harness starts. Each is one file of its own, so that it starts quickly; and none shares a file with the
 * gate, which tells its own lines from a store's by their file.
 */
export const programs = [
  ...all('harness/clients').filter((name) => !modules.includes(name)),
  'harness/targets/program/store.ts',
  'harness/bench/worker-process.ts',
  'harness/bench/idle-process.ts',
  'harness/explore/gate/preload.ts',
  'harness/explore/gate/hold-preload.ts',
  'harness/explore/process/bare-client.ts',
];

/**
 * What several of these need of packages: each is one file. Those in CommonJS stay so: a search then finds what they ask of Node,
 * as it does where they are installed.
 */
export const packages = {
  'yaml.js': "export { isMap, isScalar, isSeq, parseDocument } from 'yaml'",
  'smol-toml.js': "export { parse, TomlError } from 'smol-toml'",
  'write-file-atomic.cjs': "module.exports = require('write-file-atomic')",
  'proper-lockfile.cjs': "export { lock } from 'proper-lockfile'",
};

/** What a user installs where a command needs it: see `peerDependencies`. The others are for development alone. */
export const outside = [
  ...['esbuild', 'postgres', 'tsx', 'tsx/*', 'vitest', '@bomb.sh/tab', '@bomb.sh/tab/*'],
  ...['tinypool', 'better-sqlite3', 'lmdb', 'conf', 'configstore', 'keyv-file', 'lowdb', 'lowdb/*'],
];

/** What runs in a browser, of a page that loads nothing: a program and its style, each put into the page as it is. */
export const page = { 'harness/report/page/page': 'harness/report/page/client/main.ts' };
export const pageStyle = 'harness/report/page/client/page.css';
