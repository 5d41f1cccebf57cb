import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type * as Helper from '../../../src/native/helper.js';
import { newDirectory } from '../../cli/command.test.helper.js';
import type * as BuildGate from './build-gate.js';
import { type GateLine, parseGateLine } from './gate-lines.js';

const built = new URL('../../../build/harness/explore/command/build-gate.js', import.meta.url).href;
const helper = new URL('../../../build/src/native/helper.js', import.meta.url).href;
export const { cFiles } = (await import(helper)) as typeof Helper;
export const { gateProgram } = (await import(built)) as typeof BuildGate;

export const programFixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/programs/${name}`, import.meta.url));

/** Why no program can be explored here; undefined where one can. */
export const whyNot = reasonOf(() => gateProgram());

export function reasonOf(what: () => unknown): string | undefined {
  try {
    what();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** True for a program that is there. */
export function isInstalled(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

const compilers: Readonly<Record<string, readonly string[]>> = {
  '.c': ['cc', '-O1', '-Wall', '-Wextra', '-Werror'],
  '.go': ['go', 'build'],
  '.rs': ['rustc', '-O'],
};

/** Compiles a program of the fixtures. @returns its path */
export function compiled(name: string): string {
  const program = path.join(newDirectory(), path.parse(name).name);
  const [command = '', ...flags] = compilers[path.extname(name)] ?? [];
  execFileSync(command, [...flags, '-o', program, programFixture(name)], { stdio: 'pipe' });
  return program;
}

const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
let hasSanitizers: boolean | undefined;

/**
 * What makes a program end that does to memory what it should not. Some compilers come without: a test says so, and the others try
 * the helper without them.
 */
export function sanitizerFlags(): readonly string[] {
  const text = 'int main(void) { return 0; }';
  hasSanitizers ??= isInstalled('sh', '-c', `echo '${text}' | cc ${sanitizers[0]} -x c -o /dev/null -`);
  return hasSanitizers ? sanitizers : [];
}

/** The helper as it is tested. That it compiles without a warning where it is optimized is seen where it is used. */
export function sanitizedGate(sources: readonly string[] = cFiles('syscall-gate')): string {
  const gate = path.join(newDirectory(), 'syscall-gate');
  const flags = ['-g', '-O0', ...sanitizerFlags()];
  execFileSync('cc', [...flags, '-Wall', '-Wextra', '-Werror', '-o', gate, ...sources], { stdio: 'pipe' });
  return gate;
}

export interface Gated {
  lines: GateLine[];
  /** What the program and the helper wrote on their standard errors. */
  errors: string;
  code: number | null;
}

/**
 * Runs a program under the helper.
 * @param orders says what is to be done at a stop, with the numbers of the calls that wait: default, that the oldest goes on
 */
export async function underGate(
  gate: string,
  {
    directory,
    stem = 'file',
    kind = 'own',
    patienceMs = 60_000,
    uid,
  }: { directory: string; stem?: string; kind?: 'own' | 'home'; patienceMs?: number; uid?: number },
  command: readonly string[],
  orders: (waiting: readonly number[], lines: readonly GateLine[]) => string = ([first]) => `go ${first}`,
): Promise<Gated> {
  const args = [realpathSync(directory), stem, kind, String(patienceMs), '--', ...command];
  const child = spawn(gate, args, {
    cwd: directory,
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    // A safety net: a helper that does not answer is a failure, and not a hang.
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const [, , , down, up] = child.stdio as unknown as [null, null, Readable, Writable, Readable];
  let errors = '';
  child.stderr?.on('data', (data: Buffer) => {
    errors += data;
  });
  down.on('error', () => {});
  const closed = once(child, 'close');
  const lines: GateLine[] = [];
  let waiting: number[] = [];
  for await (const text of createInterface({ input: up })) {
    const line = parseGateLine(text);
    lines.push(line);
    if ('call' in line) waiting.push(line.call);
    else if ('end' in line && !line.waits) waiting = waiting.filter((one) => one !== line.end);
    else if ('stop' in line) down.write(`${orders(waiting, lines)}\n`);
    else if ('silent' in line) down.end('kill\n');
  }
  const [code] = (await closed) as [number | null];
  return { lines, errors, code };
}

/** Each call in words, and how it ended: `open file.lock rwcx`, `stat file ENOENT`. */
export function callsIn(lines: readonly GateLine[]): string[] {
  return lines.flatMap((line) => {
    if (!('call' in line)) return [];
    const names = [line.path ?? line.of, line.to].flatMap((place) =>
      place === undefined ? [] : [path.basename(place)],
    );
    return [[line.name, ...names, ...(line.flags === undefined ? [] : [line.flags])].join(' ')];
  });
}
