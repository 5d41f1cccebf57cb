import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from '../check/collect-garbage.js';

/** What a process takes while it does nothing. */
export interface Weight {
  /** Resident memory, in MiB. */
  resident: number;
  /** The heap in use after a collection, in MiB. */
  heap: number;
  /** Open files, directories and connections. Undefined where the system does not say. */
  descriptors: number | undefined;
}

/** A store keeps its intent for some milliseconds after a commit. After this time, in milliseconds, it has let it go. */
const restMs = 100;
const mebibyte = 2 ** 20;

/** Weighs this process, once it is at rest. */
export async function weigh(): Promise<Weight> {
  await sleep(restMs);
  collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  return { resident: rss / mebibyte, heap: heapUsed / mebibyte, descriptors: countDescriptors() };
}

function countDescriptors(): number | undefined {
  try {
    return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length;
  } catch {
    return undefined;
  }
}
