import type { Call, Calls } from './call.js';
import { errnoError } from './evidence.js';
import type { Self } from './self.js';

/** The boot id of the one virtual machine that every replay runs on. @param boot how often it was started again before */
export function bootIdOf(boot = 0): string {
  return `00000000-0000-4000-8000-${String(boot).padStart(12, '0')}\n`;
}

/**
 * Asks the scheduler if the process of this number is alive. It is a call like any other, because the answer depends on the
 * order of steps, as the content of a file does.
 * @returns the start time of the process, in clock ticks since boot; fails with ESRCH where there is none
 */
export function asksLife(of: number): Call {
  return {
    call: 'alive',
    of,
    run: ({ startTime }) => {
      if (startTime === undefined) throw errnoError('ESRCH', 'kill', undefined);
      return startTime;
    },
  };
}

/** A virtual process in `/proc`, as far as programs look there to tell one process from a later one of the same number. */
export function processOfStat(place: unknown, { pid }: Self): number | undefined {
  const [, name] = /^\/proc\/(\d+|self)\/stat$/.exec(String(place)) ?? [];
  if (name === undefined) return undefined;
  return name === 'self' ? pid : Number(name);
}

/** The content of `/proc/<pid>/stat`. */
export function* readStat(of: number, { pid, startTime }: Self): Calls<string> {
  let started = startTime;
  try {
    if (of !== pid) started = (yield asksLife(of)) as number;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH')
      throw errnoError('ENOENT', 'open', `/proc/${of}/stat`);
    throw error;
  }
  // Its start time is field 22, as proc(5) counts.
  const rest = Array.from({ length: 30 }, (_, index) => (index === 18 ? started : 0));
  return `${of} (node) S ${rest.join(' ')}\n`;
}
