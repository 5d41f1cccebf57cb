import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect } from 'vitest';
import { command, newDirectory } from '../cli/command.test.helper.js';
import { runBeside } from '../cli/warm-command.test.helper.js';
import type * as Helper from '../native/helper.js';
import { openStore, type Store } from '../store/store.js';

const built = new URL('../../build/src/native/helper.js', import.meta.url).href;
export const { cFiles, helperProgram } = (await import(built)) as typeof Helper;

const leaks = fileURLToPath(new URL('./fixtures/leaks.c', import.meta.url));
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

/** All that a compiler can warn of. */
const warnings = ['-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Werror'];

let flags: string[] | undefined;

/** Whatever the program does to memory that it should not ends it. Some compilers come without sanitizers. */
export function sanitizers(): string[] {
  if (flags) return flags;
  const [first = '', ...others] = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const probe = `echo 'int main(void) { return 0; }' | cc ${first} -x c -o ${newDirectory()}/probe -`;
  const hasThem = spawnSync('sh', ['-c', probe]).status === 0;
  flags = ['-g', '-O1', ...(hasThem ? [first, ...others] : []), ...warnings];
  return flags;
}

/** One of the run of all tests. */
const cache = path.join(tmpdir(), 'sanitized', 'holdfast');
const isMain = (file: string) => path.basename(file) === 'main.c';

/** Compiles it with sanitizers unless it is there: in one worker of several, which takes seconds, while the others wait. */
function compileOnce(made: string, ...sources: string[]): string {
  if (existsSync(made)) return made;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const script = 'test -e "$0" || { "$@" -o "$0.$$" && mv "$0.$$" "$0"; }';
  const line = ['sh', '-c', script, made, 'cc', ...sanitizers(), ...sources];
  execFileSync('flock', [`${made}.lock`, ...line], { stdio: 'pipe' });
  return made;
}

/** The helper but for its main program, for the helper and for the fuzz target. */
const parts = () =>
  compileOnce(path.join(cache, 'parts.o'), '-r', ...cFiles('isolate').filter((file) => !isMain(file)));

/** The helper that is tested: with sanitizers. */
export function sanitizedHelper(): string {
  const made = path.join(cache, path.basename(helperProgram('isolate')));
  return existsSync(made) ? made : compileOnce(made, ...cFiles('isolate').filter(isMain), leaks, parts());
}

/** Another program of the parts of the helper. */
export function sanitizedProgram(source: string): string {
  return compileOnce(path.join(cache, path.basename(source, '.c')), source, parts());
}

/** A file of its own, and programs that use it. */
export function newScene(content: object | string = { a: 1, b: 2 }) {
  const home = newDirectory();
  const directory = path.join(home, 'data');
  mkdirSync(directory, { mode: 0o700 });
  const file = path.join(directory, 'auth.json');
  const [ready, go] = [path.join(home, 'ready'), path.join(home, 'go')];
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  const env = {
    HOME: home,
    XDG_CACHE_HOME: path.dirname(path.dirname(sanitizedHelper())),
    READY: ready,
    GO: go,
  };
  const lineOf = (line: readonly string[], flags: readonly string[]) =>
    ['run', ...flags, '--file', file, '--', ...line] as const;
  const isolate = ['--isolate'];
  return {
    home,
    directory,
    file,
    ready,
    go,
    env,
    read: () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>,
    /** Runs a program by the command, in a process that has run others. */
    run: (line: readonly string[], flags: readonly string[] = isolate, more: NodeJS.ProcessEnv = {}) =>
      runBeside({ command, args: lineOf(line, flags), cwd: home, env: { ...env, ...more }, input: '' }),
    /** Starts a command of its own that runs a program: for signals, and for what it says before its end. */
    start: (line: readonly string[], flags: readonly string[] = isolate) =>
      execa(process.execPath, [command, ...lineOf(line, flags)], {
        cwd: home,
        env,
        reject: false,
        timeout: 120_000,
      }),
    plain: ([name = '', ...args]: readonly string[]) =>
      execa(name, args, { cwd: home, env, reject: false, timeout: 120_000 }),
    /** Another process of the store changes it, as an isolated program does in the end. */
    store: async (change: (store: Store) => Promise<void>) => {
      const store = openStore(file);
      await change(store);
      await store.close();
    },
    isReady: () => expect.poll(() => existsSync(ready)).toBe(true),
    /** A shell waits for it to be written into, and a program for it to be there. Of the former the end of its run says what failed. */
    letGo: (name = go) => void writeFile(name, '\n').catch(() => {}),
  };
}

export type Scene = ReturnType<typeof newScene>;

/** In a shell: says that it is ready, and waits without a process of another program, each of which the helper would look at. */
export const waits = 'mkfifo "$GO"; : > "$READY"; read -r _ < "$GO"';

/** A line that runs one of the programs in Python. */
export const python = (what: string, file: string, by = interpreter) => [by, '-IS', programs, what, file];

/** A program in Python of a few lines, which has the file `F`. */
export const script = (text: string, file: string, ...args: readonly string[]) => [
  ...[interpreter, '-IS', '-c'],
  `import json, os, sys, time
F = sys.argv[1]
load = lambda: json.load(open(F))
def save(document, place=F):
    with open(place, 'w') as opened: json.dump(document, opened)
def turn():
    open(os.environ['READY'], 'w').close()
    while not os.path.exists(os.environ['GO']): time.sleep(0.005)
${text}`,
  file,
  ...args,
];

/** Sets one key: reads, and writes at once. */
export const setting = (key: string, file: string, by = interpreter) => [
  ...[by, '-IS', '-c'],
  `import json, sys; file, key = sys.argv[1:]
with open(file) as opened: text = json.dumps({**json.load(opened), key: 1}, indent=2)
with open(file, "w") as opened: opened.write(text)`,
  file,
  key,
];
