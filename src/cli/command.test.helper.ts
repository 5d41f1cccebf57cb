import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject } from 'vitest';
import type { Report } from '../../harness/index.js';

/** The built command, as users run it: also those who can't read this checkout. */
export const command = path.join(inject('installation'), 'dist', 'src', 'cli', 'main.js');

export const fixture = (name: string) =>
  fileURLToPath(new URL(`../../harness/stress/fixtures/${name}`, import.meta.url));

export function newDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
}

/** What changes the output where tests run, and must not change what they see. */
export const neutral = {
  FORCE_COLOR: undefined,
  NO_COLOR: undefined,
  GITHUB_ACTIONS: undefined,
  CI: undefined,
};

/** Runs the command to its end in a directory of its own. */
export function holdfast(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { cwd = newDirectory(), env = {} } = options;
  return execa(process.execPath, [command, ...args], { cwd, env: { ...neutral, ...env }, reject: false });
}

/** Runs one scenario on one target. @returns the exit code and the report */
export async function stress(target: string, scenario: string, ...more: string[]) {
  const cwd = newDirectory();
  const args = ['stress', '--target', target, '--scenario', scenario, '--no-controls', '--json', ...more];
  const { exitCode, stdout, stderr } = await holdfast(args, { cwd });
  return { exitCode, stderr, cwd, report: stdout === '' ? undefined : (JSON.parse(stdout) as Report) };
}

export const counts = (report: Report | undefined) => report?.scenarios[0]?.counts;

/** The processes whose home is inside a directory: the clients of the runs there, dead or alive. */
export function processesIn(directory: string): string[] {
  const isThere = (pid: string) => readProc(`${pid}/environ`).includes(`HOME=${directory}`);
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isThere(pid));
}

export function isStopped(pid: string): boolean {
  return /\) T /.test(readProc(`${pid}/stat`));
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'latin1');
  } catch {
    // Gone since it was listed, or another user's.
    return '';
  }
}
