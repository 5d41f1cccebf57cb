import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../../errors/store-error.js';
import { UsageError } from '../../usage-error.js';
import { shown } from '../output.js';

/** Where a new token is written. It is opened before the token is made: a token that can't be shown must not be made. */
export interface Destination {
  /** The file; undefined for stdout. */
  file: string | undefined;
  /** Fails with an error of the system where the text can't be written to its end. */
  write(text: string): void;
  /** Removes the file that was opened for a token that was not made, or is deleted again. */
  cancel(): void;
  close(): void;
}

/** @param out the path of the file; default: stdout */
export function openDestination(out: string | undefined): Destination {
  if (out !== undefined) return toFile(out);
  refuseNowhere();
  return {
    file: undefined,
    write: (text) => writeAll(process.stdout.fd, text),
    cancel: () => {},
    close: () => {},
  };
}

/**
 * A new file, for its owner alone. Exclusive: an existing file is never written to, and no link is followed, a dangling one
 * included.
 */
function toFile(out: string): Destination {
  if (out === '' || out === '-')
    throw new UsageError(`--out is ${JSON.stringify(out)}`, 'expected the path of a new file');
  const file = path.resolve(out);
  const descriptor = create(file, out);
  // The umask may have taken away what the owner needs; it can't have added anything.
  fchmodSync(descriptor, 0o600);
  const { ino } = fstatSync(descriptor);
  return {
    file,
    write: (text) => {
      writeAll(descriptor, text);
      fsyncSync(descriptor);
    },
    cancel: () => {
      // Another process may have put its own file in this place.
      if (lstatSync(file, { throwIfNoEntry: false })?.ino === ino) unlinkSync(file);
    },
    close: () => closeSync(descriptor),
  };
}

function create(file: string, out: string): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  try {
    return openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') {
      const hint = 'a token never replaces a file: give another name; no token was made';
      throw new UsageError(`--out ${shown(out)} exists`, hint);
    }
    throw new UsageError(`could not make the file of --out ${shown(out)}: ${code}`, 'no token was made');
  }
}

/**
 * A stdout that was closed is one that leads nowhere by now: Node has opened `/dev/null` in its place, where every write
 * succeeds.
 */
function refuseNowhere(): void {
  const stats = fstatSync(process.stdout.fd);
  const nowhere =
    process.platform === 'win32' ? undefined : lstatSync('/dev/null', { throwIfNoEntry: false });
  if (!stats.isCharacterDevice() || stats.rdev !== nowhere?.rdev) return;
  throw new UsageError(
    'stdout is closed, or is /dev/null: the token would be lost',
    'give --out FILE; no token was made',
  );
}

const pauseMs = 20;
const pausesMax = 500;

/** Synchronously, and not by the stream, which reports an error too late to do anything about it. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0, pauses = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      // A pipe that is full for now.
      if (errnoOf(error) !== 'EAGAIN' || ++pauses > pausesMax) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
