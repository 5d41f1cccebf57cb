import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '../line/worker.js';

/** Resolves when another process has written the file, or the run ends. What was erased before no store has seen, and none can know of. */
export async function onceWritten({ config, stopping }: Worker): Promise<void> {
  const before = mtimeOf(config.real);
  while (!stopping.aborted && mtimeOf(config.real) === before) await sleep(1);
}

function mtimeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}
