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
import { errnoOf } from '../../errors/store-error.js';
import { UsageError } from '../usage-error.js';
import { shown } from './output.js';

/** A file that a command has made, open for its owner alone. */
export interface NewFile {
  /** Its absolute path. */
  file: string;
  /** Writes the whole text, to the disk. Fails with an error of the system where it can't be written to its end. */
  write(text: string): void;
  /** Removes the file again, unless another stands in its place by now. */
  cancel(): void;
  close(): void;
}

/**
 * Makes a new file, exclusively: an existing file is never written to, and no link is followed, a dangling one included.
 *
 * @param flag the option that gave the path, for the error
 * @param never what must not replace a file, and what was not done, as a hint
 * @throws UsageError where something stands at the path, or nothing can be made there
 */
export function createNewFile(given: string, flag: string, never: { exists: string; done: string }): NewFile {
  if (given === '' || given === '-')
    throw new UsageError(`${flag} is ${JSON.stringify(given)}`, 'expected the path of a new file');
  const file = path.resolve(given);
  const descriptor = create(file, given, flag, never);
  // The umask may have taken away what the owner needs; it can't have added anything.
  fchmodSync(descriptor, 0o600);
  const { ino } = fstatSync(descriptor);
  return {
    file,
    write: (text) => {
      writeAll(descriptor, text);
      fsyncSync(descriptor);
      syncDirectoryOf(file);
    },
    cancel: () => {
      // Another process may have put its own file in this place.
      if (lstatSync(file, { throwIfNoEntry: false })?.ino === ino) unlinkSync(file);
    },
    close: () => closeSync(descriptor),
  };
}

function create(
  file: string,
  given: string,
  flag: string,
  { exists, done }: { exists: string; done: string },
): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  try {
    return openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST')
      throw new UsageError(`${flag} ${shown(given)} exists`, `${exists}: give another name; ${done}`);
    throw new UsageError(`could not make the file of ${flag} ${shown(given)}: ${code}`, done);
  }
}

/** So that its name, too, is there after a power cut. Windows opens no directory. */
function syncDirectoryOf(file: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path.dirname(file), constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

const pauseMs = 20;
const pausesMax = 500;

/** Synchronously, and not by a stream, which reports an error too late to do anything about it. */
export function writeAll(descriptor: number, text: string): void {
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
