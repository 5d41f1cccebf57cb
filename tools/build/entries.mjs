import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The modules of a folder, without tests. */
const all = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .map((name) => path.posix.join(folder, name));

/** What users import. Their packages stay outside, so that a program has one copy of each. */
export const library = [
  'src/index.ts',
  'src/http/index.ts',
  'harness/index.ts',
  'harness/judge.ts',
  // The contract on each runtime is that of what is shipped. They are not shipped themselves.
  'src/conformance/run.ts',
  'src/conformance/programs.ts',
  'harness/explore/built.test.helper.ts',
];

/** The command, and what it loads for a command of the harness. */
export const command = ['src/cli/main.ts', 'harness/cli/index.ts'];

/**
 * What the harness loads by its place. Each is one file of its own. Their packages stay outside: a search puts a store and its
 * packages into a script, and finds there what they ask of Node.
 */
export const modules = [...all('harness/targets'), ...all('harness/bench/rivals'), ...all('scenarios')];

/**
 * The processes and threads that the harness starts. Each is one file of its own, so that it starts quickly; and none shares a
 * file with the gate, which tells its own lines from a store's by their file.
 */
export const programs = [
  ...all('harness/clients'),
  'harness/targets/program/store.ts',
  'harness/bench/worker-process.ts',
  'harness/bench/idle-process.ts',
  'harness/check/worker.ts',
  'harness/explore/gate/preload.ts',
  'harness/explore/gate/hold-preload.ts',
  'harness/explore/process/bare-client.ts',
  'harness/explore/workers/thread.ts',
];
