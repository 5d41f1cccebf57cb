import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { kindOf } from '../../surroundings/kind.js';
import { UsageError } from '../usage-error.js';
import { shown } from './output.js';

/**
 * Returns the absolute path that an option gives. Anything but a file is refused by its kind: the store would take a pipe that a
 * shell has made (`--file <(...)`) for a name that leads nowhere, and so for an empty store.
 *
 * @param what the kind of file that was expected, with its article
 * @param flag the option that gave the path
 * @throws UsageError for a pipe, a device, a socket, a directory, and for a file that has a descriptor and no name
 */
export function plainFile(given: string, what: string, flag = '--file'): string {
  if (given === '') throw new UsageError(`${flag} is empty`, `expected the path of ${what}`);
  const file = path.resolve(given);
  const refuse = (is: string) => {
    const hint = `expected the path of ${what}: it is replaced as a whole, so it must be a file with a name`;
    return new UsageError(`${flag} ${shown(given)} is ${is}`, hint);
  };
  const stats = lookOrNothing(() => statSync(file, { throwIfNoEntry: false }));
  if (stats && !stats.isFile()) throw refuse(kindOf(stats));
  // `/dev/fd/3`, and what it leads to has no name any more, or is not open at all.
  const isNamed = lookOrNothing(() => realpathSync.native(file)) !== undefined;
  if (!isNamed && (stats || isOfDescriptors(path.dirname(file)))) throw refuse('a descriptor, not a file');
  return file;
}

function isOfDescriptors(directory: string): boolean {
  const real = lookOrNothing(() => realpathSync.native(directory)) ?? directory;
  return /^\/(proc\/.*|dev)\/fd$/.test(real);
}

/** Returns undefined where the look fails: the store then says why. */
function lookOrNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
