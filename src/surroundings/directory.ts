import { closeSync, constants, fstatSync, fsyncSync, openSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../errors/store-error.js';

const { O_RDONLY } = constants;
// Windows has none of these.
const flags = O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
/** Linux only: a descriptor that needs no permission to read, and serves for names and numbers. Node has no constant for it. */
export const O_PATH = process.platform === 'linux' ? 0o10000000 : 0;

/**
 * A directory that is held open. A name in it is reached through the descriptor, so a swapped directory or link on the way
 * makes no difference: on Linux `/proc/self/fd/N/name` is openat in all but name.
 *
 *     root lists /home/x/auth.json.intents | x puts a link to /etc in its place | root removes what it has listed: in /etc
 *
 * A directory that was removed stays removed for its holder: every call below it fails with ENOENT, even after another of
 * the same name was made. Where there is no `/proc`, names below it are plain paths: see `isAnchoring`.
 */
export class Directory {
  /** Undefined on Windows, where a directory has none. */
  readonly descriptor: number | undefined;
  /** Its path when it was opened. For messages. */
  readonly path: string;
  /** Its state when it was opened. */
  readonly stats: Stats;
  readonly #base: string;
  #isOpen = true;

  /**
   * Opens a directory.
   * @param place the path for the system call. It must not be a link
   * @param name the path for messages
   */
  constructor(place: string, name = place) {
    this.path = name;
    if (process.platform === 'win32') {
      this.stats = statSync(place);
      this.#base = name;
      return;
    }
    this.descriptor = openDirectory(place);
    try {
      this.stats = fstatSync(this.descriptor);
      this.#base = isAnchoring() ? `/proc/self/fd/${this.descriptor}` : name;
    } catch (error) {
      closeSync(this.descriptor);
      throw error;
    }
  }

  /** The path of a name in it, for system calls. */
  at(name: string): string {
    return `${this.#base}${path.sep}${name}`;
  }

  /** The path of the directory itself, for a listing. */
  get self(): string {
    return this.#base;
  }

  /** Opens a directory in it. */
  child(name: string): Directory {
    return new Directory(this.at(name), path.join(this.path, name));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  isSame({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): boolean {
    return dev === this.stats.dev && ino === this.stats.ino;
  }

  /** Makes its names durable. Windows has no such call, and needs none. */
  sync(): void {
    if (this.descriptor !== undefined) fsyncSync(this.descriptor);
  }

  /** Never fails: that would make a commit look failed that has happened. */
  close(): void {
    if (!this.#isOpen || this.descriptor === undefined) return;
    // Once only: the number may soon be that of another file.
    this.#isOpen = false;
    try {
      closeSync(this.descriptor);
    } catch {
      // Nothing was written through this descriptor, so nothing is lost.
    }
  }
}

function openDirectory(place: string): number {
  try {
    return openSync(place, flags);
  } catch (error) {
    // The directory may be entered and not listed, which is enough to reach a file in it.
    if (errnoOf(error) !== 'EACCES' || O_PATH === 0) throw error;
    return openSync(place, flags | O_PATH);
  }
}

let anchoring: boolean | undefined;

/**
 * Can names be reached through the descriptor of their directory? Not without `/proc`, and not in Deno without all
 * permissions.
 */
export function isAnchoring(): boolean {
  anchoring ??= tryToAnchor();
  return anchoring;
}

function tryToAnchor(): boolean {
  if (process.platform !== 'linux') return false;
  let descriptor: number | undefined;
  try {
    descriptor = openSync('/', flags);
    const [there, here] = [statSync(`/proc/self/fd/${descriptor}/.`), fstatSync(descriptor)];
    return there.dev === here.dev && there.ino === here.ino;
  } catch {
    // Whatever the reason is: names are then reached by path, and only where that is safe.
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
