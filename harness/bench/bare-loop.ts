import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * The least that any durable store must do for one write, and nothing else: write, fsync, rename, fsync of the
 * directory, with calls that do not leave the thread. @returns how long all of it took, in milliseconds
 */
export function runBareLoop(source: string, file: string, count: number): number {
  const bytes = readFileSync(source);
  const staged = `${file}.new`;
  const directory = path.dirname(file);
  const started = performance.now();
  for (let n = 0; n < count; n++) {
    const descriptor = openSync(staged, 'w', 0o600);
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(staged, file);
    const place = openSync(directory, 'r');
    fsyncSync(place);
    closeSync(place);
  }
  return performance.now() - started;
}
