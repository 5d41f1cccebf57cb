import { type BigIntStats, chmodSync, closeSync, constants, fstatSync, openSync } from 'node:fs';
import path from 'node:path';
import { ioError } from '../errors/io-error.js';
import { errnoOf, StoreError } from '../errors/store-error.js';
import { isAnchoring, O_PATH } from './directory.js';
import { kindOf } from './kind.js';
import type { Location } from './locate.js';
import { readAll } from './reading.js';
import { unsafe } from './unsafe.js';

/** A regular file that was opened. */
export interface OpenedFile {
  descriptor: number;
  stats: BigIntStats;
}

/** Far beyond any credential file. A file without end costs its maker nothing, and would stop the process. */
const bytesMax = 64 * 1024 * 1024;

// Windows has none of these. Without O_NONBLOCK, opening a pipe blocks the process until it has a writer.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading in a directory that is held. Its kind and owner are taken from the descriptor: a check before the
 * open could be of another file.
 * @returns undefined where there is no file
 * @throws StoreError `E_IO` for anything but a regular file, `E_UNSAFE` for a file of another user
 */
export function openRegular({ directory, trust, file }: Location, name: string): OpenedFile | undefined {
  const place = path.join(directory.path, name);
  const descriptor = open(directory.at(name), place);
  if (descriptor === undefined) return undefined;
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) throw notAFile(place, kindOf(stats));
    if (stats.size > bytesMax)
      throw ioError('read', place, new Error(`it has ${stats.size} bytes, and at most ${bytesMax} are read`));
    const [uid, nlink] = [Number(stats.uid), Number(stats.nlink)];
    if (!trust.trustsFile(directory.stats, { uid, nlink })) {
      throw unsafe(
        file,
        `${place} belongs to user ${uid}${nlink > 1 ? ', and has other names elsewhere' : ''}`,
        'See how it came there, and remove it if it is not yours',
      );
    }
    return { descriptor, stats };
  } catch (error) {
    closeSync(descriptor);
    throw error instanceof StoreError ? error : ioError('read', place, error);
  }
}

/** The bytes of such a file, and its state before they were read. */
export function readRegular(
  location: Location,
  name: string,
): { bytes: Buffer; stats: BigIntStats } | undefined {
  const opened = openRegular(location, name);
  if (!opened) return undefined;
  const { descriptor, stats } = opened;
  try {
    return { bytes: readAll(descriptor, Number(stats.size)), stats };
  } finally {
    closeSync(descriptor);
  }
}

function open(place: string, name: string): number | undefined {
  try {
    return openReadable(place);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw notAFile(name, 'a symbolic link');
    // A socket without a listener, or a device without a driver; macOS reports EOPNOTSUPP for every socket.
    if (code === 'ENXIO' || code === 'EOPNOTSUPP') throw notAFile(name, 'a socket or a device');
    throw ioError('read', name, error);
  }
}

/** The owner may always read the file: where only the mode forbids it, the mode is wrong. */
function openReadable(place: string): number {
  try {
    return openSync(place, flags);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES' || !makeReadable(place)) throw error;
    return openSync(place, flags);
  }
}

/** @returns false if the file is not ours to change */
function makeReadable(place: string): boolean {
  if (O_PATH === 0 || !isAnchoring()) return false;
  const descriptor = openSync(place, O_PATH | (constants.O_NOFOLLOW ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.uid !== process.geteuid?.()) return false;
    // Through the descriptor of the file that was checked. `fchmod` does not take such a descriptor.
    chmodSync(`/proc/self/fd/${descriptor}`, 0o600);
    return true;
  } finally {
    closeSync(descriptor);
  }
}

function notAFile(place: string, kind: string): Error {
  return ioError('read', place, new Error(`it is ${kind}, not a file`));
}
