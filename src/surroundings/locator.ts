import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { ioError } from '../errors/io-error.js';
import { errnoOf } from '../errors/store-error.js';
import { Directory } from './directory.js';
import { type Location, locate } from './locate.js';

/** Locates one file again and again, because links may be pointed elsewhere, and directories moved. */
export class Locator {
  /** Absolute, so that a later change of the working directory makes no difference. */
  readonly file: string;
  readonly #allowUnsafe: boolean;
  /** The last location that was found safe, and its directory. */
  #known: { name: string; path: string; stats: Stats; trust: Location['trust'] } | undefined;

  constructor(file: string, allowUnsafe = false) {
    this.file = absolute(file);
    this.#allowUnsafe = allowUnsafe;
  }

  /** Undefined where its directory is missing. The caller closes the directory. */
  find(): Location | undefined {
    return this.#reopen() ?? this.#locate(false);
  }

  /** The same, but makes missing directories. Undefined where another process removes them at once. */
  make(): Location | undefined {
    return this.#reopen() ?? this.#locate(true);
  }

  /** Does the file still lead to this place? */
  isAt({ name, directory }: Location): boolean {
    const real = this.#real();
    if (real === undefined || path.basename(real) !== name) return false;
    return isSame(
      directory.stats,
      lookAt(() => statSync(path.dirname(real), { throwIfNoEntry: false })),
    );
  }

  #locate(make: boolean): Location | undefined {
    const location = locate(this.file, { make, allowUnsafe: this.#allowUnsafe });
    if (!location) return undefined;
    const { name, directory, trust, file } = location;
    this.#known = { name, path: path.dirname(file), stats: directory.stats, trust };
    return location;
  }

  /**
   * The way was found safe, and ended in this directory. If the file still leads to the same one, with the same owner and mode,
   * it does so safely, by whatever way. This takes one call instead of two for each directory above.
   */
  #reopen(): Location | undefined {
    const real = this.#real();
    const known = this.#known;
    if (!known || real === undefined || path.basename(real) !== known.name) return undefined;
    // The dot lets links above be followed, as on the way.
    const directory = lookAt(() => new Directory(`${path.dirname(real)}${path.sep}.`, known.path));
    if (!directory) return undefined;
    if (isSame(known.stats, directory.stats)) {
      const { name, trust } = known;
      return { file: path.join(known.path, name), name, directory, trust };
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

/** Undefined where the system refuses. Then the whole way is followed, which reports what is wrong. */
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
