import { homedir, userInfo } from 'node:os';
import { StoreError } from '../errors/store-error.js';

/**
 * Returns the user's home directory: HOME, else the one in the system's user database. An empty HOME counts as unset, where Node's
 * own `homedir` answers with an empty string, which would stand for the working directory.
 *
 * Call this only where the environment leaves the place open: a container may run under a user number that has no home.
 *
 * @param instead what to set so that no home is needed
 * @param isUsable a HOME that is not usable is ignored, too
 * @throws StoreError `E_INPUT` where there is none
 */
export function homeDirectory(
  instead: string,
  isUsable: (home: string) => boolean = (home) => home !== '',
): string {
  const home = [homedir, () => userInfo().homedir].map(orNothing).find(isUsable);
  if (home !== undefined) return home;
  const user = process.getuid ? `user ${process.getuid()}` : 'this user';
  throw new StoreError(
    'E_INPUT',
    `no home directory is known: HOME is not set to one, and ${user} has none in the user database`,
    { definite: true, hint: `Set HOME, or ${instead}, or name the file` },
  );
}

/** Both fail where the user database has no such user. Empty is as good as none. */
function orNothing(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
