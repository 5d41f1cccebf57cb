import path from 'node:path';
import { anchoredIn, byName, isUnknownWay } from './anchor.js';
import type { Call } from './call.js';
import type { System } from './system.js';

/** Where a path leads, as the scheduler has to know it: in the sandbox, or on from something of it that is open. */
interface Spot {
  path: string;
  at?: number;
  isOurs: boolean;
}

export interface Inside {
  /** The sandbox, real path. */
  root: string;
  /** By which the path of a descriptor is asked for. */
  system: Pick<System, 'readlinkSync'>;
  /** The descriptor leads into the sandbox. */
  isOpen: (fd: number) => boolean;
  /** Ends a program that can't be explored. */
  refuse: (why: string) => never;
}

/**
 * @returns a test of calls: inside the sandbox, or on a file of it. It also gives a call that is inside its paths as the scheduler
 *   knows them
 */
export function inside({ root, system, isOpen, refuse }: Inside): (call: Call) => boolean {
  function spotOf(place: string | undefined): Spot | undefined {
    if (place === undefined) return undefined;
    const anchored = anchoredIn(place);
    if (anchored && isOpen(anchored.fd)) return { path: anchored.rest, at: anchored.fd, isOurs: true };
    if (isUnknownWay(place)) return refuse('it takes a way through /proc of which nothing is known');
    // A directory outside stays where it is.
    const named = anchored && anchored.rest !== '' ? byName(place, system) : place;
    const plain = named.includes('/..') ? path.resolve(named) : named;
    const isOurs = plain === root || plain.startsWith(`${root}${path.sep}`);
    const isBelow = named.startsWith(`${root}${path.sep}`);
    return { path: isBelow ? named.slice(root.length + 1) : path.relative(root, plain), isOurs };
  }

  function relate(call: Call): boolean {
    const [from, to] = [spotOf(call.path), spotOf(call.to)];
    if (!from?.isOurs && !to?.isOurs) return false;
    if (from) Object.assign(call, { path: from.path }, from.at === undefined ? {} : { at: from.at });
    if (to) Object.assign(call, { to: to.path }, to.at === undefined ? {} : { toAt: to.at });
    return true;
  }

  return function isInside(call) {
    if (call.fd !== undefined) return isOpen(call.fd);
    return call.due !== undefined || relate(call) || (call.path === undefined && call.of !== undefined);
  };
}
