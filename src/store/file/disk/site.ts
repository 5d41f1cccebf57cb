import { lstatSync } from 'node:fs';
import type { Directory } from '../../../surroundings/directory.js';
import type { Location } from '../../../surroundings/locate.js';
import { Locator } from '../../../surroundings/locator.js';
import { openPrivate } from '../../../surroundings/private-directory.js';
import { type DocumentFormat, jsonFormat } from '../../document/format.js';
import type { Ownership } from './ownership.js';

/** The directory of the file was removed since it was opened: all must be looked up again. */
export class SiteGone extends Error {
  override readonly name = 'SiteGone';
}

/**
 * A credential file and all that belongs to it, in a directory that is held open. So renames stay on one mount, and no
 * swapped name is followed. It is closed when its last holder has released it.
 */
export class Site {
  readonly location: Location;
  /** The path of the real file, with symbolic links resolved. For messages. */
  readonly file: string;
  /** The paths of the file and of its last-committed copy, for system calls. */
  readonly place: string;
  readonly last: string;
  readonly format: DocumentFormat;
  #intents: Directory | undefined;
  /** Directories of intents that were removed or moved while a ticket of ours was in them. */
  readonly #formerIntents: Directory[] = [];
  #users = 1;

  constructor(location: Location, format: DocumentFormat = jsonFormat) {
    this.location = location;
    this.format = format;
    this.file = location.file;
    this.place = location.directory.at(location.name);
    this.last = location.directory.at(this.nameOf('last'));
  }

  get directory(): Directory {
    return this.location.directory;
  }

  /** The name of a file beside it: `auth.json.last`. */
  nameOf(suffix: string): string {
    return `${this.location.name}.${suffix}`;
  }

  /** The owner that root gives to what it makes here. Undefined for a process that is not root. */
  get owner(): Ownership | undefined {
    return this.location.trust.isRoot ? this.directory.stats : undefined;
  }

  /** The directory of intents and queue tickets, if there is one. */
  findIntents(): Directory | undefined {
    this.#intents ??= openPrivate(this.location, this.nameOf('intents'), { make: false });
    return this.#intents;
  }

  /** The same, but makes a missing one. @throws SiteGone */
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

  /** False if the directory of intents no longer has its name. Moved away, it fences no process. */
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

/** Finds the site of a file anew for each call. */
export class Sites {
  readonly #locator: Locator;
  readonly #format: DocumentFormat;

  constructor(file: string, allowUnsafe = false, format: DocumentFormat = jsonFormat) {
    this.#format = format;
    this.#locator = new Locator(file, allowUnsafe);
  }

  /** The given path, made absolute. */
  get file(): string {
    return this.#locator.file;
  }

  /** Undefined where its directory is missing. The caller releases it. */
  find(): Site | undefined {
    const location = this.#locator.find();
    return location && new Site(location, this.#format);
  }

  /** The same, but makes missing directories. */
  make(): Site {
    const location = this.#locator.make();
    if (!location) throw new SiteGone(this.file);
    return new Site(location, this.#format);
  }

  /** Does the file still lead to this site? */
  isAt({ location }: Site): boolean {
    return this.#locator.isAt(location);
  }
}
