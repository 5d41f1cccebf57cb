import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf } from '../../../errors/store-error.js';
import type { Site } from '../disk/site.js';

/** A guard that has much to do begins its notes anew. */
const bytesMax = 1024 * 1024;

/** The notes of a guard, beside the file: names and times, never values. */
export class GuardLog {
  readonly #site: Site;
  readonly #descriptor: number;

  /** Releases the site when it is closed. @throws StoreError `E_IO` where the place is taken by something else */
  constructor(site: Site) {
    const name = site.nameOf('guard.jsonl');
    const place = path.join(site.directory.path, name);
    this.#site = site;
    const user = process.geteuid?.();
    // Root's own notes in a user's directory would be none that the user's next guard can go on with.
    const owner = user === 0 ? site.directory.stats : undefined;
    try {
      this.#descriptor = open(site.directory.at(name), owner);
    } catch (error) {
      site.release();
      throw ioError('write', place, error);
    }
    const stats = fstatSync(this.#descriptor);
    const isOurs = user === undefined || stats.uid === user || stats.uid === owner?.uid;
    if (stats.isFile() && stats.nlink === 1 && isOurs) {
      if ((stats.mode & 0o777) !== 0o600) fchmodSync(this.#descriptor, 0o600);
      return;
    }
    this.close();
    throw ioError('write', place, new Error('it is no file of yours'));
  }

  write(note: object): void {
    if (fstatSync(this.#descriptor).size > bytesMax) ftruncateSync(this.#descriptor);
    writeSync(this.#descriptor, `${JSON.stringify(note)}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#site.release();
  }
}

/** @param owner the user that root gives a new file to; one that is there keeps its owner */
function open(place: string, owner: { uid: number; gid: number } | undefined): number {
  const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const flags = O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
  if (!owner) return openSync(place, flags, 0o600);
  let descriptor: number;
  try {
    descriptor = openSync(place, flags | O_EXCL, 0o600);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return openSync(place, flags & ~O_CREAT, 0o600);
  }
  try {
    fchownSync(descriptor, owner.uid, owner.gid);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
