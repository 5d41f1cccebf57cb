import type { BigIntStats } from 'node:fs';

/** The name of what stands where a file should be. */
export function kindOf(
  stats: Pick<BigIntStats, 'isFIFO' | 'isDirectory' | 'isSocket' | 'isSymbolicLink'>,
): string {
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  return stats.isSocket() ? 'a socket' : 'a device';
}
