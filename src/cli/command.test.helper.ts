import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';

/** The built command of the product alone, for processes that can't read this checkout, too. */
export const command = path.join(inject('installation'), 'dist', 'src', 'cli', 'main.js');

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
