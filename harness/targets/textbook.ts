import { lock } from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import type { Store, TargetOptions } from '../core/target.js';
import { readStrictly } from './strict-read.js';
import { definitely, wholeFileStore } from './whole-file.js';

/**
 * What one would reach for: `proper-lockfile` around `write-file-atomic`. Right as long as no holder is slow: one that is
 * paused for longer than `stale` wakes up without its lock and writes all the same.
 *
 * Option `stale`: milliseconds after which a lock is taken over (the package's default is 10000, its minimum 2000).
 */
export function open(file: string, options: TargetOptions = {}): Store {
  const stale = Number(options.stale ?? 10_000);
  return wholeFileStore({
    read: () => readStrictly(file),
    write: (text) => writeFileAtomic(file, text, { mode: 0o600 }),
    exclusively: async (run) => {
      let compromised: Error | undefined;
      const release = await lock(file, {
        stale,
        realpath: false,
        retries: { retries: 1000, minTimeout: 2, maxTimeout: 40, factor: 1.5, randomize: true },
        onCompromised: (error) => {
          compromised = error;
        },
      }).catch((error: unknown) => Promise.reject(definitely(error)));
      try {
        return await run();
      } finally {
        if (!compromised) await release();
      }
    },
  });
}

export const artifacts = [/\.lock$/];
