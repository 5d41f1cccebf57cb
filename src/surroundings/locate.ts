import { lstatSync, mkdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { ioError } from '../errors/io-error.js';
import { errnoOf } from '../errors/store-error.js';
import { Directory, isAnchoring } from './directory.js';
import { kindOf } from './kind.js';
import { makePrivate } from './private-directory.js';
import { Trust } from './trust.js';
import { unsafe } from './unsafe.js';
import { type Actor, currentActor } from './users.js';

export interface LocateOptions {
  /** Makes missing directories, with mode 0700. */
  make?: boolean | undefined;
  /** Skips the check of owners and modes, because the user insists. Default false. */
  allowUnsafe?: boolean | undefined;
  /** Default: this process. */
  actor?: Actor | undefined;
}

/** The directory of a file, held open, and its name there. The file itself may be missing. It is no link. */
export interface Location {
  /** Its path with all links resolved. For messages. */
  file: string;
  name: string;
  directory: Directory;
  trust: Trust;
}

const linksMax = 40;
const triesMax = 20;

/**
 * Follows the way to a file from `/`, and checks each directory before it goes on: see `Trust`. Where no other user can
 * change a directory on the way, its names are used as they are. Where root acts as another user,
 * each directory is held open from that user's first one on, and the next one is reached from it.
 * @returns undefined where the directory of the file is missing, and must not be made
 * @throws StoreError `E_UNSAFE` where another user could have put something else there; `E_IO`
 */
export function locate(file: string, options: LocateOptions = {}): Location | undefined {
  for (let tries = 1; ; tries++) {
    const walk = new Walk(file, options);
    try {
      const location = walk.go();
      if (location !== 'changed') return location;
    } finally {
      walk.leave();
    }
    // A directory was moved or removed while we were on the way.
    if (tries === triesMax) throw ioError('resolve', file, new Error('its directories keep changing'));
  }
}

/** The directory that the way has come to. */
interface At {
  path: string;
  stats: Stats;
  /** Held open where another user could swap it. */
  held?: Directory;
}

class Walk {
  readonly #file: string;
  readonly #make: boolean;
  readonly #trust: Trust;
  #at: At;
  #rest: string[];
  #links = 0;
  /** A name may be missing if fewer names than this follow it. The target of a link above the file must exist. */
  #mayMiss = Number.POSITIVE_INFINITY;
  #result: Directory | undefined;

  constructor(file: string, { make = false, allowUnsafe = false, actor = currentActor() }: LocateOptions) {
    this.#file = file;
    this.#make = make;
    this.#trust = new Trust(file, actor, !allowUnsafe);
    const whole = path.resolve(file);
    this.#at = beginOf(whole);
    this.#rest = partsOf(whole);
  }

  go(): Location | undefined | 'changed' {
    for (;;) {
      this.#trust.enter(this.#at);
      const [name, ...after] = this.#rest;
      // The file is the root itself, or a link that leads there.
      if (name === undefined) throw ioError('use', this.#file, new Error('it is a directory, not a file'));
      if (name === '..') {
        this.#begin([...partsOf(path.dirname(this.#at.path)), ...after]);
        continue;
      }
      const entry = this.#look(name);
      this.#trust.reach(this.#at, name, entry);
      if (entry?.isSymbolicLink()) {
        this.#follow(name, after, entry);
        continue;
      }
      if (!entry && this.#isThereAllTheSame()) return 'changed';
      if (after.length === 0) return this.#arrive(name);
      if (!entry) {
        if (after.length >= this.#mayMiss) throw this.#leadsNowhere(name);
        if (!this.#make) return undefined;
        this.#makeOne(name);
      }
      const next = entry ?? this.#look(name);
      if (!next || !this.#descend(name, next)) return 'changed';
      this.#rest = after;
    }
  }

  /**
   * The name that the way has come to does not exist, and yet the system finds the file. It was made in this moment, or a link
   * without a path leads to it, as those in `/proc/self/fd` do to a pipe. If it was taken for missing, it would read as empty.
   */
  #isThereAllTheSame(): boolean {
    const stats = statIfPossible(this.#file);
    if (stats && !stats.isFile()) {
      throw ioError('use', this.#file, new Error(`it is ${kindOf(stats)}, not a file`));
    }
    return stats !== undefined;
  }

  /** Closes what is held on the way. */
  leave(): void {
    if (this.#at.held !== this.#result) this.#at.held?.close();
  }

  #look(name: string): Stats | undefined {
    try {
      return lstatSync(this.#place(name), { throwIfNoEntry: false });
    } catch (error) {
      throw ioError('resolve', this.#file, error);
    }
  }

  #place(name: string): string {
    return this.#at.held ? this.#at.held.at(name) : path.join(this.#at.path, name);
  }

  #follow(name: string, after: string[], link: Stats): void {
    this.#trust.follow(this.#at, name, link);
    if (++this.#links > linksMax)
      throw ioError('resolve', this.#file, new Error(`more than ${linksMax} symbolic links`));
    const target = this.#targetOf(name);
    this.#mayMiss = after.length > 0 ? Math.min(this.#mayMiss, after.length) : Number.POSITIVE_INFINITY;
    // The target is not resolved as text: `a/..` is another directory if `a` is a link itself.
    const to = path.isAbsolute(target) ? partsOf(target) : [...partsOf(this.#at.path), ...partsOf(target)];
    this.#begin([...to, ...after]);
  }

  /** Starts again from the root. */
  #begin(rest: string[]): void {
    this.#at.held?.close();
    this.#at = beginOf(this.#at.path);
    this.#rest = rest;
  }

  #targetOf(name: string): string {
    try {
      return readlinkSync(this.#place(name));
    } catch (error) {
      throw ioError('resolve', this.#file, error);
    }
  }

  #makeOne(name: string): void {
    try {
      mkdirSync(this.#place(name), { mode: 0o700 });
    } catch (error) {
      // Another process was faster, or the directory above is gone.
      if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOENT') return;
      throw ioError('create', path.join(this.#at.path, name), error);
    }
    const made = this.#at.held ? this.#at.held.child(name) : new Directory(path.join(this.#at.path, name));
    const above = this.#at.held ?? new Directory(this.#at.path);
    try {
      makePrivate(made, this.#trust.isRoot ? above.stats : undefined);
      // Otherwise a power cut could remove the whole directory, and the first acknowledged write with it.
      above.sync();
    } finally {
      made.close();
      if (above !== this.#at.held) above.close();
    }
  }

  /** @returns false if the directory is gone, or another one has its name */
  #descend(name: string, stats: Stats): boolean {
    const next = path.join(this.#at.path, name);
    if (!stats.isDirectory()) throw ioError('resolve', this.#file, notADirectory(next));
    if (!this.#trust.isRoot || (stats.uid === 0 && !this.#trust.principal)) {
      this.#at = { path: next, stats };
      return true;
    }
    const held = openAgain(this.#place(name), this.#file, next);
    if (!held) return false;
    this.#at.held?.close();
    this.#at = { path: next, stats: held.stats, held };
    return true;
  }

  /** The way has come to the directory of the file. */
  #arrive(name: string): Location | 'changed' {
    const { path: place, stats, held } = this.#at;
    const directory = held ?? openAgain(place, this.#file);
    if (!directory?.isSame(stats)) {
      directory?.close();
      return 'changed';
    }
    this.#result = held;
    if (!isAnchoring()) this.#requireOwn(directory);
    return { file: path.join(place, name), name, directory, trust: this.#trust };
  }

  /** Without descriptors a name is used again after it was checked, so no other user may be able to change it. */
  #requireOwn(directory: Directory): void {
    if (process.platform === 'win32') return;
    const isOwn = !this.#trust.isOpen(directory.stats) && !this.#trust.principal;
    if (isOwn) return;
    directory.close();
    throw unsafe(
      this.#file,
      `another user may write to ${directory.path}, and this system has no /proc to hold a directory by`,
      'Keep the file in a directory of your own',
    );
  }

  #leadsNowhere(name: string): Error {
    const missing = path.join(this.#at.path, name);
    return ioError(
      'resolve',
      this.#file,
      new Error(`a symbolic link above it leads nowhere (to ${missing})`),
    );
  }
}

/** Undefined where the directory is gone. */
function openAgain(place: string, file: string, name = place): Directory | undefined {
  try {
    return new Directory(place, name);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw ioError('open the directory of', file, error);
  }
}

function statIfPossible(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    // The way can't be followed, which has an error of its own.
    return undefined;
  }
}

function beginOf(place: string): At {
  const { root } = path.parse(place);
  return { path: root, stats: statSync(root) };
}

function partsOf(place: string): string[] {
  const names = place.slice(path.parse(place).root.length).split(path.sep);
  return names.filter((name) => name !== '' && name !== '.');
}

function notADirectory(place: string): Error {
  return Object.assign(new Error(`${place} is not a directory`), { code: 'ENOTDIR' });
}
