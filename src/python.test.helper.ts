import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Vitest's global setup, after that of the temporary directory, where it keeps a link. `python3` is Python itself for all tests and
 * for what they start, and not a version manager's script of that name: such a script takes twenty times as long as Python does.
 */
export default function setup(): (() => void) | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const directory = path.join(tmpdir(), 'bin');
  mkdirSync(directory, { mode: 0o755 });
  symlinkSync(stdout.trim(), path.join(directory, 'python3'));
  const before = process.env.PATH;
  process.env.PATH = `${directory}${path.delimiter}${before}`;
  return () => {
    process.env.PATH = before;
  };
}
