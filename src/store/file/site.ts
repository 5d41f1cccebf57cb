import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { Directory } from '../../surroundings/directory.js';
import { type Location, locate } from '../../surroundings/locate.js';
import { openPrivate } from '../../surroundings/private-directory.js';
import { errnoOf } from '../errors.js';
import { ioError } from '../io-error.js';
import type { Ownership } from './commit/ownership.js';

/** The directory of the file is gone since it was opened: all must be looked up again. */
export class SiteGone extends Error {
  override readonly name = 'SiteGone';
}

/**
 * A credential file and all that belongs to it, in a directory that is held open: so that renames stay on one mount, and
 * no swapped name is followed. Closed when its last holder has released it.
 */
export class Site {
  readonly location: Location;
  /** The real file, symbolic links resolved; for people. */
  readonly file: string;
  /** The places of the file and of its last-committed copy, for calls of the file system. */
  readonly place: string;
  readonly last: string;
  #intents: Directory | undefined;
  /** Directories of intents that were removed or moved while a ticket of ours lay in them. */
  readonly #formerIntents: Directory[] = [];
  #users = 1;

  constructor(location: Location) {
    this.location = location;
    this.file = location.file;
    this.place = location.directory.at(location.name);
    this.last = location.directory.at(this.nameOf('last'));
  }

  get directory(): Directory {
    return this.location.directory;
  }

  /** Of what belongs to the file: `auth.json.last`. */
  nameOf(suffix: string): string {
    return `${this.location.name}.${suffix}`;
  }

  /** To whom root gives what it makes here; undefined for everybody else. */
  get owner(): Ownership | undefined {
    return this.location.trust.isRoot ? this.directory.stats : undefined;
  }

  /** The directory of intents and queue tickets, if there is one. */
  findIntents(): Directory | undefined {
    this.#intents ??= openPrivate(this.location, this.nameOf('intents'), { make: false });
    return this.#intents;
  }

  /** The same, made where it is missing. @throws SiteGone */
  makeIntents(): Directory {
    this.#intents ??= openPrivate(this.location, this.nameOf('intents'), { make: true });
    if (!this.#intents) throw new SiteGone(this.file);
    return this.#intents;
  }

  /** The directory of intents was removed or moved away: the next call opens or makes another. */
  loseIntents(): void {
    if (this.#intents) this.#formerIntents.push(this.#intents);
    this.#intents = undefined;
  }

  /** False if the directory of intents is not under its name any more: moved away, it fences no one. */
  hasIntentsInPlace(): boolean {
    if (!this.#intents) return false;
    const stats = lstatSync(this.directory.at(this.nameOf('intents')), { throwIfNoEntry: false });
    return stats !== undefined && this.#intents.isSame(stats);
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users > 0) return;
    for (const directory of this.#formerIntents) directory.close();
    this.#intents?.close();
    this.directory.close();
  }
}

/** Finds the site of a file anew for each call: links may be pointed elsewhere, and directories moved. */
export class Sites {
  /** Absolute: where the process goes later makes no difference. */
  readonly file: string;
  readonly #allowUnsafe: boolean;
  /** The last one that was found safe, and the directory that it is in. */
  #known: { name: string; path: string; stats: Stats; trust: Location['trust'] } | undefined;

  constructor(file: string, allowUnsafe = false) {
    this.file = absolute(file);
    this.#allowUnsafe = allowUnsafe;
  }

  /** Undefined where its directory is missing. To be released. */
  find(): Site | undefined {
    return this.#reopen() ?? this.#locate(false);
  }

  /** The same, with the directories above it made. */
  make(): Site {
    const site = this.#reopen() ?? this.#locate(true);
    if (!site) throw new SiteGone(this.file);
    return site;
  }

  /** Does the file still lead to this site? */
  isAt({ location, directory }: Site): boolean {
    const real = this.#real();
    if (real === undefined || path.basename(real) !== location.name) return false;
    return isSame(
      directory.stats,
      lookAt(() => statSync(path.dirname(real), { throwIfNoEntry: false })),
    );
  }

  #locate(make: boolean): Site | undefined {
    const location = locate(this.file, { make, allowUnsafe: this.#allowUnsafe });
    if (!location) return undefined;
    const { name, directory, trust, file } = location;
    this.#known = { name, path: path.dirname(file), stats: directory.stats, trust };
    return new Site(location);
  }

  /**
   * The way was found safe, and ended in this directory: if the file still leads to the very same one, of the same owner
   * and mode, it does so safely, by whatever way. One call instead of two for each directory above.
   */
  #reopen(): Site | undefined {
    const real = this.#real();
    const known = this.#known;
    if (!known || real === undefined || path.basename(real) !== known.name) return undefined;
    // The dot lets links above be followed, as on the way.
    const directory = lookAt(() => new Directory(`${path.dirname(real)}${path.sep}.`, known.path));
    if (!directory) return undefined;
    if (isSame(known.stats, directory.stats)) {
      const { name, trust } = known;
      return new Site({ file: path.join(known.path, name), name, directory, trust });
    }
    directory.close();
    return undefined;
  }

  /** The file itself, or where its link leads. */
  #real(): string | undefined {
    return lookAt(() => {
      const stats = lstatSync(this.file, { throwIfNoEntry: false });
      return stats?.isSymbolicLink() ? realpathSync.native(this.file) : this.file;
    });
  }
}

function absolute(file: string): string {
  try {
    return path.resolve(file);
  } catch (error) {
    throw ioError('find the working directory for', file, error);
  }
}

/** Undefined where the system refuses: then the whole way is followed, and that says what is wrong with it. */
function lookAt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

function isSame(a: Stats, b: Stats | undefined): boolean {
  return a.dev === b?.dev && a.ino === b.ino && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}
