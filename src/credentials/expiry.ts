import * as schema from './schema.js';

/** The one clock that `expires`, which a provider told, can be compared with. Nothing else is judged by it. */
export function wallClock(): number {
  return Date.now();
}

/** False for an OAuth credential that must be refreshed before it is used; true for all others, which can't be. */
export function isFresh(value: unknown, now: number, skewMs: number): boolean {
  const info = schema.decode(value);
  if (info?.type !== 'oauth' || info.expires === 0) return true;
  return info.access !== '' && info.expires > now + skewMs;
}
