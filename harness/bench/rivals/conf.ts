import path from 'node:path';
import Conf from 'conf';
import type { Store } from '../../core/target.js';

/** `conf`: reads the whole file, changes it, replaces it by a rename; no lock. */
export function open(file: string): Store {
  const { dir, name, ext } = path.parse(file);
  const conf = new Conf<Record<string, unknown>>({
    cwd: dir,
    configName: name,
    fileExtension: ext.slice(1),
    configFileMode: 0o600,
    // A provider's name may have a dot in it, and is one key all the same.
    accessPropertiesByDotNotation: false,
  });
  return {
    get: async (key) => conf.get(key),
    all: async () => ({ ...conf.store }),
    set: async (key, value) => conf.set(key, value),
    remove: async (key) => conf.delete(key),
  };
}

/** What a killed process leaves of a replacement. */
export const artifacts = [/\.tmp-/];
