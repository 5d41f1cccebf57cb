import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A directory of the run on the usual file system, for what that in memory does not do. */
    usualDirectory: string;
  }
}

/** On Linux: a file system in memory. */
const memory = '/dev/shm';
/** `npm test` fills less than half of this. */
const neededBytes = 3e9;

/**
 * Vitest's global setup. All that tests make in the directory for temporary files lies in one of this run, and goes with it: else
 * a full run leaves some thousand directories behind. It is open to all users and sticky, as the one around it.
 *
 * That of `npm test` is in memory where there is room: the calls of a commit take a tenth of the processor there, and wait for no disk.
 * No rule of the short tier is about what a disk keeps: what has to be synced is seen in the calls. The long tests are on disk.
 */
export default function setup(project: TestProject): () => void {
  const before = process.env.TMPDIR;
  const isShort = project.vitest.config.tagsFilter?.includes('!long') === true;
  const isInMemory = isShort && before === undefined && isMemoryFit();
  const usual = newDirectory(tmpdir());
  const own = isInMemory ? newDirectory(memory) : usual;
  project.provide('usualDirectory', usual);
  process.env.TMPDIR = own;
  return () => {
    for (const directory of [own, usual]) rmSync(directory, { recursive: true, force: true });
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  };
}

function newDirectory(around: string): string {
  const directory = realpathSync(mkdtempSync(path.join(around, 'holdfast-tests-')));
  chmodSync(directory, 0o1777);
  return directory;
}

/** Whether there is room in memory, and programs can be run from there: in a container they often can't. */
function isMemoryFit(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory);
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const options = mounts.map((line) => line.split(' ')).findLast(([, place]) => place === memory)?.[3];
    return bavail * bsize >= neededBytes && options !== undefined && !options.split(',').includes('noexec');
  } catch {
    return false;
  }
}
