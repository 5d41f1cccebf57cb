import type { Operation } from './run.js';

/** Nanoseconds as people read them: `12.345 ms`. */
export function inMs(time: number): string {
  return `${(time / 1e6).toFixed(3)} ms`;
}

/** `1 lost update`, `3 lost updates`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const changed: Partial<Record<Operation['action'], string>> = { remove: 'removed', refresh: 'refreshed' };

/** `set "provider-3"`. */
export function describeChange({ action, key }: Operation): string {
  return `${changed[action] ?? 'set'} "${key}"`;
}
