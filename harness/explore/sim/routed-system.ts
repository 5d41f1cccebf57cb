import path from 'node:path';
import type { Disk } from '../../line/disk.js';
import { anchoredIn, byName } from '../calls/anchor.js';
import type { Call } from '../calls/call.js';
import type { System } from '../calls/system.js';
import { type CallFacts, factsOf } from '../protocol/calls.js';

type Sync = (...args: unknown[]) => unknown;

/** Descriptors from here on lead to what lies outside of the sandbox. */
const firstOutside = 100_000;

export function isOutside(fd: number): boolean {
  return fd >= firstOutside;
}

/**
 * Outside of the sandbox there is only the root directory, which is above it: what else there is on a real machine is not simulated.
 * @returns the path of anything else that a call is about
 */
function strangerIn({ path: from, to }: Call): string | undefined {
  return [from, to].find((place) => {
    if (place === undefined) return false;
    const anchored = anchoredIn(place);
    return path.posix.normalize(anchored ? `/${anchored.rest}` : place).replace(/(?<=.)\/$/, '') !== '/';
  });
}

/** Ends a program that looks at anything else. @returns false: the call is not about the sandbox */
export function refuseStranger(call: Call, refuse: (what: string) => void): false {
  const stranger = strangerIn(call);
  if (stranger !== undefined) refuse(`looks outside of its home: ${call.call} ${stranger}`);
  return false;
}

/** What a function of the system is given, by the table of calls. One that only a `Disk` has is given a path. */
function givenTo(name: string): CallFacts['on'] {
  return factsOf(name.replace(/Sync$/, ''))?.on ?? 'path';
}

/**
 * The calls of one virtual process: on the sandbox by one process of the kernel, and on all else by another one. What lies outside
 * never changes and is no step, so it can be looked at as often as the process is made again, and its descriptors are no part of what
 * the process has been granted.
 * @param root the sandbox
 */
export function routedSystem(inside: System & Disk, outside: System & Disk, root: string): System & Disk {
  const ours = inside as unknown as Record<string, Sync>;
  const others = outside as unknown as Record<string, Sync>;
  const isOurs = (place: string) => place === root || place.startsWith(`${root}/`) || !place.startsWith('/');

  /** As the other process knows it: by its own number. */
  const toOther = (place: unknown): unknown => {
    const anchored = typeof place === 'string' ? anchoredIn(place) : undefined;
    if (!anchored || !isOutside(anchored.fd)) return place;
    const { fd, rest } = anchored;
    return `/proc/self/fd/${fd - firstOutside}${rest === '' ? '' : `/${rest}`}`;
  };
  /** By name, where it begins at a descriptor of the other process. */
  const named = (place: unknown): unknown => {
    const other = toOther(place);
    return other === place ? place : byName(other as string, outside);
  };
  /** @param plain by name */
  const isInside = (plain: unknown) =>
    typeof plain !== 'string' || isOurs(plain) || anchoredIn(plain) !== undefined;

  const route = (name: string): Sync => {
    const given = givenTo(name);
    return (first, ...rest) => {
      const [our, other] = [ours[name] as Sync, others[name] as Sync];
      if (given === 'descriptor')
        return isOutside(first as number)
          ? other((first as number) - firstOutside, ...rest)
          : our(first, ...rest);
      if (given === 'two paths') {
        const [second, ...more] = rest;
        const [from, to] = [named(first), named(second)];
        return isInside(from) || isInside(to)
          ? our(from, to, ...more)
          : other(toOther(first), toOther(second), ...more);
      }
      if (name === 'symlinkSync') return our(first, named(rest[0]), ...rest.slice(1));
      const plain = named(first);
      if (isInside(plain)) return our(plain, ...rest);
      const found = other(toOther(first), ...rest);
      return name === 'openSync' ? (found as number) + firstOutside : found;
    };
  };

  const routed = Object.fromEntries(Object.keys(inside).map((name) => [name, route(name)]));
  const realpath = Object.assign(routed.realpathSync as Sync, {
    native: (place: unknown) => {
      const plain = named(place);
      return isInside(plain)
        ? inside.realpathSync.native(plain as string)
        : outside.realpathSync.native(toOther(place) as string);
    },
  });
  return { ...routed, realpathSync: realpath } as unknown as System & Disk;
}
