import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Starts a program that ends with this process, however that ends: by then no process holds the pipe to its keeper any more. The
 * keeper is what is returned, so a signal does not reach the program.
 */
export function whileItLives(
  name: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  const script = '"$@" & read -r _; kill -KILL $!';
  const child = spawn('sh', ['-c', script, 'sh', name, ...args], {
    ...options,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Neither keeps a worker alive that has nothing else to do.
  child.unref();
  (child.stdin as Socket | null)?.unref();
  return child;
}
