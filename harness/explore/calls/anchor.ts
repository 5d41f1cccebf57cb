import type { System } from './system.js';

/** A path that begins at a descriptor. */
export interface Anchored {
  fd: number;
  /** What comes after it, without the slash at the beginning. */
  rest: string;
}

const anchors = /^\/(?:proc\/(?:self|thread-self)|dev)\/fd\/(\d+)(?:\/(.*))?$/;

export function anchoredIn(place: string): Anchored | undefined {
  // Most paths do not, and this is asked several times for each call.
  if (!place.startsWith('/proc/') && !place.startsWith('/dev/')) return undefined;
  const [, fd, rest] = anchors.exec(place) ?? [];
  if (fd === undefined) return undefined;
  // A slash after the number asks for the directory itself, and not for the descriptor's entry.
  return { fd: Number(fd), rest: rest === '' ? '/' : (rest ?? '') };
}

/** Other ways from `/proc` to files: which process they belong to is unknown. */
const ways = /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:(?:fd|map_files)\/[^/]+|cwd|root)(?:\/.|$)/;

export function isUnknownWay(place: string): boolean {
  return ways.test(place) && !anchors.test(place) && !/^\/proc\/[^/]+\/(cwd|root)$/.test(place);
}

/** The path by name of what an anchored one stands for now; any other path as it is. */
export function byName(place: string, system: Pick<System, 'readlinkSync'>): string {
  const anchored = anchoredIn(place);
  if (!anchored) return place;
  try {
    const base = system.readlinkSync(`/proc/self/fd/${anchored.fd}`).replace(/ \(deleted\)$/, '');
    return anchored.rest === '' ? base : `${base}/${anchored.rest}`.replace(/\/+$/, '');
  } catch {
    // No such descriptor: the call fails, too.
    return place;
  }
}

/** The number of a descriptor may be another one in another process. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(/\/(?:proc\/(?:self|thread-self|\d+)|dev)\/fd\/\d+/g, '/proc/self/fd/N');
}
