import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect } from 'vitest';
import { command, newDirectory } from '../cli/command.test.helper.js';
import type * as Helper from '../native/helper.js';

const built = new URL('../../build/src/native/helper.js', import.meta.url).href;
export const { cFiles, helperProgram } = (await import(built)) as typeof Helper;

const programs = fileURLToPath(new URL('./fixtures/programs.py', import.meta.url));

/** Python itself, and not a version manager's script of its name, which takes longer than what is tested. */
export const interpreter = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).stdout?.trim();

/** Why nothing can be isolated here, or tried; undefined where it can. */
export const whyNot = reasonOf();

function reasonOf(): string | undefined {
  try {
    helperProgram('isolate');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return interpreter ? undefined : 'no python3';
}

/** Compiles C so that whatever it does to memory that it should not ends it. Some compilers come without sanitizers. */
export function sanitized(to: string, sources: readonly string[], ...more: string[]): void {
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const probe = `echo 'int main(void) { return 0; }' | cc ${sanitizers[0]} -x c -o ${to} -`;
  const hasThem = spawnSync('sh', ['-c', probe]).status === 0;
  const flags = ['-g', '-O1', ...(hasThem ? sanitizers : []), '-Wall', '-Wextra', '-Werror', ...more];
  execFileSync('cc', [...flags, '-o', to, ...sources], { stdio: 'pipe' });
}

/** One of the run of all tests: several workers would compile the same for seconds. */
const cache = path.join(tmpdir(), 'sanitized', 'holdfast');

/** A cache in which the helper is the one that is tested: with sanitizers. */
export function sanitizedCache(): string {
  const plain = helperProgram('isolate');
  const made = path.join(cache, path.basename(plain));
  if (existsSync(made)) return cache;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const work = path.join(newDirectory(), 'isolate');
  sanitized(work, cFiles('isolate'));
  // Several may make it at once: each puts a whole one there.
  renameSync(work, made);
  return cache;
}

/** A file of its own, and programs that use it. */
export function newScene(content: object | string = { a: 1, b: 2 }) {
  const home = newDirectory();
  const directory = path.join(home, 'data');
  mkdirSync(directory, { mode: 0o700 });
  const file = path.join(directory, 'auth.json');
  const [ready, go] = [path.join(home, 'ready'), path.join(home, 'go')];
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  const env = { HOME: home, XDG_CACHE_HOME: path.dirname(sanitizedCache()), READY: ready, GO: go };
  const run = (line: readonly string[], flags: readonly string[] = ['--isolate']) =>
    execa(process.execPath, [command, 'run', ...flags, '--file', file, '--', ...line], {
      cwd: home,
      env,
      reject: false,
      timeout: 120_000,
    });
  return {
    home,
    directory,
    file,
    ready,
    go,
    env,
    read: () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>,
    run,
    plain: ([name = '', ...args]: readonly string[]) =>
      execa(name, args, { cwd: home, env, reject: false, timeout: 120_000 }),
    isReady: () => expect.poll(() => existsSync(ready)).toBe(true),
    letGo: () => writeFileSync(go, ''),
  };
}

export type Scene = ReturnType<typeof newScene>;

/** A line that runs one of the programs in Python. */
export const python = (what: string, file: string, by = interpreter) => [by, programs, what, file];

/** Sets one key: reads, and writes at once. */
export const setting = (key: string, file: string, by = interpreter) => [
  ...[by, '-IS', '-c'],
  `import json, sys; file, key = sys.argv[1:]
with open(file) as opened: text = json.dumps({**json.load(opened), key: 1}, indent=2)
with open(file, "w") as opened: opened.write(text)`,
  file,
  key,
];
