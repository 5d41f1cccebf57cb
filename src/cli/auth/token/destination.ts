import { fstatSync, lstatSync } from 'node:fs';
import { UsageError } from '../../usage-error.js';
import { createNewFile, writeAll } from '../new-file.js';

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
  if (out !== undefined)
    return createNewFile(out, '--out', {
      exists: 'a token never replaces a file',
      done: 'no token was made',
    });
  refuseNowhere();
  return {
    file: undefined,
    write: (text) => writeAll(process.stdout.fd, text),
    cancel: () => {},
    close: () => {},
  };
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
