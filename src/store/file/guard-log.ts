import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ioError } from '../io-error.js';
import type { Site } from './disk/site.js';

const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
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
    try {
      const flags = O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
      this.#descriptor = openSync(site.directory.at(name), flags, 0o600);
    } catch (error) {
      site.release();
      throw ioError('write', place, error);
    }
    const stats = fstatSync(this.#descriptor);
    if (stats.isFile() && stats.nlink === 1 && stats.uid === (process.geteuid?.() ?? stats.uid)) {
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
