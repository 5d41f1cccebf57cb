import {
  type BigIntStats,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Random } from '../workload/random.js';
import { identityOf, placesOf } from './moved.js';

/** Where something is planted, and what with. */
export interface Ambush {
  place: string;
  /** That of the target's file: what the target moves meanwhile is looked for here and below. */
  directory: string;
  /** The canary: where links lead. */
  outside: string;
  /** A directory for what is prepared. */
  workshop: string;
  /** A named pipe, where the system has them. */
  pipe: string | undefined;
  random: Random;
}

/** What stands there now. */
export interface Trap {
  what: string;
  /** Has the target begun to do what the trap waits for? */
  isSprung?: () => boolean;
  /** What then happens. */
  spring?: () => void;
  /** Takes away what is still there of it, whatever the target calls it by now, and nothing of the target's. */
  remove(): void;
}

/** Each takes the place of whatever stands there. @returns undefined where the target is faster */
export const traps: readonly ((ambush: Ambush) => Trap | undefined)[] = [
  linkToDirectory,
  linkToCredentials,
  linkToFile,
  linkToNothing,
  swappedDirectory,
  // Most that step into this one are through before the link is there.
  swappedDirectory,
  pipe,
];

function linkToDirectory(ambush: Ambush): Trap | undefined {
  return link(ambush, '.', 'a link to a directory');
}

function linkToCredentials(ambush: Ambush): Trap | undefined {
  return link(ambush, 'credentials.json', 'a link to credentials');
}

function linkToFile(ambush: Ambush): Trap | undefined {
  const name = ambush.random.pick(['notes.txt', 'nested/file']);
  return link(ambush, name, `a link to ${name}`);
}

function linkToNothing(ambush: Ambush): Trap | undefined {
  return link(ambush, 'not-there', 'a link to a file that is not there');
}

function link({ place, directory, outside }: Ambush, name: string, what: string): Trap | undefined {
  const to = path.join(outside, name);
  if (!tryTo(() => symlinkSync(to, place), place)) return undefined;
  return { what, remove: () => removeLinks(directory, to) };
}

/** A process that opens it without O_NONBLOCK blocks for ever: the pipe has no writer and no reader. */
function pipe({ place, directory, pipe }: Ambush): Trap | undefined {
  if (pipe === undefined || !tryTo(() => linkSync(pipe, place), place)) return undefined;
  const planted = identityAt(pipe);
  const remove = () => {
    for (const one of placesWith(directory, planted)) tryOnce(() => unlinkSync(one));
  };
  return { what: 'a pipe', remove };
}

/** So many that to remove them takes longer than a busy machine needs to let us notice. */
const fillers = 2000;

/**
 * A directory with another one in it that has files of the same names as those outside, and many more. As soon as a process
 * begins to empty the inner one, a link takes its place: who goes on by path removes what is outside.
 */
export function swappedDirectory({ place, directory, outside, workshop }: Ambush): Trap | undefined {
  const decoy = path.join(workshop, 'decoy');
  const kept = path.join(workshop, 'inner');
  fill(kept, outside);
  mkdirSync(decoy, { mode: 0o700 });
  renameSync(kept, path.join(decoy, 'inner'));
  const [outer, inner] = [identityAt(decoy), identityAt(path.join(decoy, 'inner'))];
  const planted = path.join(place, 'inner');
  if (!tryTo(() => renameSync(decoy, place), place)) {
    renameSync(path.join(decoy, 'inner'), kept);
    rmdirSync(decoy);
    return undefined;
  }

  const before = look(planted)?.mtimeNs;
  return {
    what: 'a directory that is swapped for a link while it is removed',
    isSprung: () => look(planted)?.mtimeNs !== before,
    spring: () => {
      // The target may have removed it already.
      if (moved(planted, kept)) tryOnce(() => symlinkSync(outside, planted));
    },
    remove: () => {
      for (const one of placesWith(directory, inner)) moved(one, kept);
      removeLinks(directory, outside);
      // A target that has taken the outer one for its own keeps it, with what it has put there.
      for (const one of placesWith(directory, outer)) tryOnce(() => rmdirSync(one));
    },
  };
}

/**
 * What is left of the last time is used again. The names of what is outside come between the others, whatever the order in
 * which a file system lists them; those are links to one file, for to make files takes ten times as long.
 */
function fill(inner: string, outside: string): void {
  mkdirSync(inner, { recursive: true, mode: 0o700 });
  const there = new Set(readdirSync(inner));
  const baits = readdirSync(outside, { withFileTypes: true });
  const one = path.join(inner, '0');
  if (!there.has('0')) writeFileSync(one, '', { mode: 0o600 });
  const share = Math.ceil(fillers / (baits.length + 1));
  for (let n = 1; n <= fillers; n++) {
    const bait = n % share === 0 ? baits.pop() : undefined;
    const place = bait && !there.has(bait.name) ? path.join(inner, bait.name) : undefined;
    if (place && bait?.isDirectory()) mkdirSync(place, { mode: 0o700 });
    else if (place) writeFileSync(place, '', { mode: 0o600 });
    if (!there.has(String(n))) linkSync(one, path.join(inner, String(n)));
  }
}

const triesMax = 20;

/** Removes what stands there, and takes the place before the target does. Nothing is moved: a store may rely on that. */
function tryTo(take: () => void, place: string): boolean {
  for (let tries = 0; tries < triesMax; tries++) {
    // The target may fill it, make it anew, or remove the directory that it is in.
    const isFree = tryOnce(() => rmSync(place, { recursive: true, force: true })) && !look(place);
    if (isFree && tryOnce(take)) return true;
  }
  return false;
}

/** @returns false where the target has been faster, whatever it did */
function tryOnce(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!lostRaces.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

/** What the system says where something else, or nothing, stands there by now; `EINVAL` of a link that is none any more. */
const lostRaces = new Set('EEXIST ENOENT ENOTDIR ENOTEMPTY EISDIR EINVAL EPERM EBUSY ELOOP'.split(' '));

function moved(from: string, to: string): boolean {
  return look(from)?.isDirectory() === true && tryOnce(() => renameSync(from, to));
}

function removeLinks(directory: string, to: string): void {
  const leadsThere = (place: string) => {
    let leads = false;
    tryOnce(() => {
      leads = readlinkSync(place) === to;
    });
    return leads;
  };
  for (const one of placesOf(directory, (stats, place) => stats.isSymbolicLink() && leadsThere(place)))
    tryOnce(() => unlinkSync(one));
}

function identityAt(place: string): string {
  return identityOf(lstatSync(place, { bigint: true }));
}

function placesWith(directory: string, identity: string): string[] {
  return placesOf(directory, (stats) => identityOf(stats) === identity);
}

/** Undefined also where a directory above it has gone. */
function look(place: string): BigIntStats | undefined {
  try {
    return lstatSync(place, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (!lostRaces.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}
