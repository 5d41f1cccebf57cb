import { readdirSync, readFileSync } from 'node:fs';

const roundsMax = 5;

/**
 * Ends what a program under test has started and left running in a session of its own, out of reach of its group: a daemon, or
 * something that looks for updates. Such a process is known by its home, which no other one has.
 * @returns how many there were; 0 where the system does not show environments
 */
export function endStragglers(home: string): number {
  const ended = new Set<number>();
  // One may start another before it is ended.
  for (let round = 0; round < roundsMax; round++) {
    const found = processesAtHome(home).filter((pid) => !ended.has(pid));
    if (found.length === 0) break;
    for (const pid of found) {
      ended.add(pid);
      kill(pid);
    }
  }
  return ended.size;
}

function processesAtHome(home: string): number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).split('\0').includes(`HOME=${home}`));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // No system with such a directory: then nothing is known of others.
    return [];
  }
}

/** Empty for a process that is gone, or is another user's. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
