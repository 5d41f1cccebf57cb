/** Numbers and times as people read them. */

/** One for all: to make one, as `toLocaleString` does each time, takes as long as to lay out a group. */
const grouped = new Intl.NumberFormat('en-US');

export const number = (value: number): string => grouped.format(value);

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** A length of time, of microseconds. */
export function lengthOf(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 1e4) return `${(micros / 1e3).toFixed(1)} ms`;
  if (micros < 1e6) return `${Math.round(micros / 1e3)} ms`;
  return `${(micros / 1e6).toFixed(micros < 1e7 ? 1 : 0)} s`;
}

/** A moment of the run, of microseconds. */
export const at = (micros: number): string => `${(micros / 1e3).toFixed(3)} ms`;

/** Large numbers in little space: `1.2k`. */
export function short(value: number): string {
  if (value >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  if (value >= 1e3) return `${+(value / 1e3).toFixed(1)}k`;
  return `${+value.toFixed(1)}`;
}

/** 1, 2 or 5 times a power of ten, and at least so much. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999) ?? 10 * power;
}

/** What kinds of violations are called at the head of a group. */
export const kindNames: Readonly<Record<string, string>> = {
  'lost-update': 'Lost update',
  'stale-read': 'Stale read',
  resurrection: 'Removal undone',
  'garbage-read': 'Garbage read',
  contradiction: 'Contradiction',
  'torn-read': 'Torn read',
  'torn-file': 'Torn file',
  'lost-seed': 'Earlier entry lost',
  'dropped-unknown': 'Unknown entry dropped',
  'loose-mode': 'Loose mode',
  leftover: 'Leftover',
  'replaced-link': 'Link replaced',
  'followed-link': 'Link followed',
  disclosed: 'Disclosed',
  'token-reused': 'Token used twice',
  'needless-refresh': 'Needless refresh',
  'logged-out': 'Logged out',
  unusable: 'Unusable',
  hung: 'Hung call',
  starved: 'Starved call',
  crashed: 'Crashed client',
};

/** How the judge says it came about. */
export const mechanismNames: Readonly<Record<string, string>> = {
  'stale base': 'written from an older copy',
  'empty read': 'an empty file was taken for no entries',
  'torn read': 'read while it was being written',
  pause: 'stopped before its commit, then went on',
  kill: 'killed',
  foreign: 'a program that knows nothing of the store',
  'stale read': 'answered from an older copy',
  unknown: 'how it came about was not seen',
};

/** `set key`. */
export const callText = ({ action, key }: { action: string; key: string }): string =>
  key === '' ? action : `${action} ${key}`;

export const isWrite = (action: string): boolean =>
  action === 'set' || action === 'remove' || action === 'refresh';
