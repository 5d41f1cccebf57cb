import type { Place, Step } from './sequences.test.helper.js';

/** What a step is made on: the real file system, or ours. */
export interface Side {
  /** @returns what its process can learn from it, or the name of its errno */
  make(step: Step): string;
}

/** The path of a call. @param open the descriptors of its process, by slots */
export function pathOf({ from, rest }: Place, root: string, open: readonly (number | undefined)[]): string {
  if (from === 'absolute') return `${root}/${rest}`;
  if (from === 'relative') return rest;
  // A number that is never open.
  return `/proc/self/fd/${open[from] ?? 4000}${rest}`;
}

export interface Seen {
  ino: unknown;
  kind: string;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  /** Seconds. */
  mtime: number;
}

/** Files are known by the order in which they are seen. Times of the clock all look alike, and so do sizes of directories. */
export class Sights {
  private readonly known = new Map<unknown, number>();

  /** @param tellsApart numbers are not used again on the disk, so they tell one file from another */
  constructor(private readonly tellsApart: boolean) {}

  describe({ ino, kind, mode, nlink, uid, gid, size, mtime }: Seen): string {
    if (!this.known.has(ino)) this.known.set(ino, this.known.size);
    const number = this.tellsApart ? this.known.get(ino) : '';
    const length = kind === 'directory' ? '-' : size;
    const time = mtime > 1000 ? 'now' : mtime;
    return `#${number} ${kind} ${mode.toString(8)} ${nlink} ${uid}:${gid} ${length} ${time}`;
  }
}

export const relativeTarget = (target: string, root: string) =>
  target.startsWith('//') ? `${root}/${target.slice(2)}` : target;
