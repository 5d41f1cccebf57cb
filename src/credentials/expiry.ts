import * as schema from './schema.js';

/** Returns false for an OAuth credential that must be refreshed before use, and true for every other value. */
export function isFresh(value: unknown, now: number, skewMs: number): boolean {
  const info = schema.decode(value);
  if (info?.type !== 'oauth' || info.expires === 0) return true;
  return info.access !== '' && info.expires > now + skewMs;
}
