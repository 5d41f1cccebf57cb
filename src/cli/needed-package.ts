import { UsageError } from './usage-error.js';

/**
 * Imports a package that the user installs where a command needs it.
 * @param who the command, for the message
 * @throws UsageError where the package is not there; any error of the package itself as it is
 */
export async function importNeeded<Module>(
  who: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw error;
    throw new UsageError(`${who} needs ${name}: npm install --save-dev ${name}`);
  }
}
