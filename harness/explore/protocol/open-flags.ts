import { constants } from 'node:fs';

/** What an `open` does, decoded from the letters of its flags: see `CallToMake.flags`. */
export interface OpenWay {
  writes: boolean;
  creates: boolean;
  truncates: boolean;
  isExclusive: boolean;
  isDirectory: boolean;
  /** It does not follow a link at the end of its path. */
  isNoFollow: boolean;
  isPathOnly: boolean;
  /** It has a flag of which nothing is known. */
  isUnknown: boolean;
}

const decoded = new Map<string, OpenWay>();

/** @param letters absent for `open` to read */
export function openWay(letters = ''): OpenWay {
  const known = decoded.get(letters);
  if (known) return known;
  const has = (letter: string) => letters.includes(letter);
  const way: OpenWay = {
    writes: has('w'),
    creates: has('c'),
    truncates: has('t'),
    isExclusive: has('x'),
    isDirectory: has('d'),
    isNoFollow: has('n'),
    isPathOnly: has('p'),
    isUnknown: /[^rwctxdnp]/.test(letters),
  };
  decoded.set(letters, way);
  return way;
}

/** The letters that the calls of saved schedules are written with, whatever their age. */
export function lettersInSchedules(letters: string | undefined): string | undefined {
  return letters?.replaceAll(/[^rwctx]/g, '');
}

/** Node has no names for these. */
const [O_PATH, O_CLOEXEC, O_LARGEFILE] = [0o10000000, 0o2000000, 0o100000];

/** Flags whose every effect on others a letter stands for. O_TMPFILE, for example, is none of them. */
const knownFlags = (() => {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL, O_DIRECTORY, O_NOFOLLOW } = constants;
  const { O_APPEND, O_NONBLOCK, O_NOCTTY, O_SYNC, O_DSYNC, O_NOATIME, O_DIRECT } = constants;
  return [
    ...[O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL, O_DIRECTORY, O_NOFOLLOW],
    ...[O_APPEND, O_NONBLOCK, O_NOCTTY, O_SYNC, O_DSYNC, O_NOATIME, O_DIRECT],
    ...[O_PATH, O_CLOEXEC, O_LARGEFILE],
  ].reduce((all, one = 0) => all | one, 0);
})();

/** The letters of what a program gives `open`. @param flags as Node takes them: a number, or text like `wx` */
export function lettersOf(flags: unknown): string {
  if (typeof flags === 'number') return lettersOfNumber(flags);
  const text = String(flags ?? 'r');
  if (text.startsWith('r')) return text.includes('+') ? 'w' : 'r';
  return `wc${text.startsWith('w') ? 't' : ''}${text.includes('x') ? 'x' : ''}`;
}

function lettersOfNumber(flags: number): string {
  const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL, O_DIRECTORY, O_NOFOLLOW } = constants;
  const has = (bit: number, letter: string) => ((flags & bit) === 0 ? '' : letter);
  const unknown = (flags & ~knownFlags) === 0 ? '' : '?';
  const way = has(O_DIRECTORY, 'd') + has(O_NOFOLLOW, 'n') + unknown;
  // All other flags have no effect beside it.
  if (flags & O_PATH) return `p${way}`;
  const writes = (flags & (O_WRONLY | O_RDWR)) !== 0;
  return (writes ? 'w' : 'r') + has(O_CREAT, 'c') + has(O_TRUNC, 't') + has(O_EXCL, 'x') + way;
}
