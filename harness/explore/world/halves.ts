import { findsDirectory } from '../protocol/act.js';
import type { CallToMake } from '../protocol/protocol.js';
import type { Foresight } from './known-routes.js';
import { parentOf } from './sandbox-files.js';
import type { OpenFile, Route } from './walk.js';

/** A path, or a part of one, and where it begins. */
export interface Way {
  path: string;
  /** A descriptor, or what the first half of a call has found, by `heldFrom` or `heldTo`; undefined: in the sandbox. */
  at: number | string | undefined;
}

/** What the first half of a call has found at its first path. */
function heldFrom(pin: number): string {
  return `half ${pin}`;
}

/** The same at its second path. */
function heldTo(pin: number): string {
  return `half ${pin} to`;
}

export function heldUnder(pin: number): string[] {
  return [heldFrom(pin), heldTo(pin)];
}

/** Where the second half goes on: as from what is open. */
export function heldAfter(
  call: CallToMake,
  { from, to, place = '', placeTo = '' }: Foresight,
  pin: number,
): [held: string, OpenFile][] {
  const open = ({ inode, kind, entry }: Route, path: string) => ({
    inode,
    isDirectory: kind === 'directory',
    entry,
    path,
  });
  const second: [string, OpenFile][] = to ? [[heldTo(pin), open(to, parentOf(placeTo))]] : [];
  if (!from) return second;
  return [[heldFrom(pin), open(from, isToFindDirectory(call) ? parentOf(place) : place)], ...second];
}

/** What a call that is the first half of another one is to find: that is a directory. */
export function isToFindDirectory({ call, half = call, flags }: CallToMake): boolean {
  return findsDirectory({ call: half, ...(flags === undefined ? {} : { flags }) });
}

/** The ways that a call itself goes: its paths, or the part of them that is left to a half of it. */
export function waysOf(call: CallToMake): { from: Way | undefined; to: Way | undefined } {
  const { path, at, to, toAt, half, pin } = call;
  if (half === undefined && pin === undefined) return { from: way(path, at), to: way(to, toAt) };
  const changesEntry = isToFindDirectory(call);
  if (pin === undefined)
    return {
      from: way(changesEntry ? parted(path)?.directory : path, at),
      to: way(parted(to)?.directory, toAt),
    };
  return {
    from: way(changesEntry ? parted(path)?.last : path && '', heldFrom(pin)),
    to: way(parted(to)?.last, heldTo(pin)),
  };
}

function way(path: string | undefined, at: Way['at']): Way | undefined {
  return path === undefined ? undefined : { path, at };
}

/** With the slash that follows the last word. */
function parted(path: string | undefined): { directory: string; last: string } | undefined {
  if (path === undefined) return undefined;
  const [, directory = '', last = ''] = /^(.*?)([^/]*\/*)$/.exec(path) ?? [];
  return { directory, last };
}
