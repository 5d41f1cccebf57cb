import { readFileSync } from 'node:fs';

/** Ticks of `/proc` in a second, on every Linux that Node runs on. */
const ticks = 100;

/** Seconds of processor time that this process has taken, with all of its threads and, on Linux, the processes that have ended. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + secondsOfChildren();
}

function secondsOfChildren(): number {
  try {
    // The name of the program, which may hold spaces, is in brackets.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) / ticks;
  } catch {
    return 0;
  }
}
