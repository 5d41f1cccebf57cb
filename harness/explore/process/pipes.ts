import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Two pipes to a child process, of which our ends can be read and written in a way that blocks. */
export interface Pipes {
  /** What the child reads from and writes to; to be closed as soon as it has them. */
  theirs: readonly [down: number, up: number];
  down: number;
  up: number;
}

/** @param directory of the child's own; it is made */
export function openPipes(directory: string): Pipes {
  mkdirSync(directory, { recursive: true });
  const [down, up] = ['down', 'up'].map((name) => path.join(directory, name)) as [string, string];
  execFileSync('mkfifo', [down, up]);
  // Opening one end waits for the other: a third descriptor that is both lets us open each alone. As each side then holds
  // one end only, it finds out when the other is gone.
  const both = [openSync(down, 'r+'), openSync(up, 'r+')];
  const theirs = [openSync(down, 'r'), openSync(up, 'w')] as const;
  const pipes = { theirs, down: openSync(down, 'w'), up: openSync(up, 'r') };
  for (const descriptor of both) closeSync(descriptor);
  rmSync(down);
  rmSync(up);
  return pipes;
}
