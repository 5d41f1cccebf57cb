import Configstore from 'configstore';
import type { Store } from '../../core/target.js';

/** `configstore`: reads the whole file, changes it, replaces it by a rename; no lock; empties a file that is no JSON. */
export function open(file: string): Store {
  const config = new Configstore('holdfast-bench', undefined, { configPath: file });
  return {
    get: async (key) => config.get(escapeDots(key)),
    all: async () => config.all,
    set: async (key, value) => config.set(escapeDots(key), value),
    remove: async (key) => config.delete(escapeDots(key)),
  };
}

/** A key is taken for a path; a provider's name may have a dot in it, and is one key all the same. */
function escapeDots(key: string): string {
  return key.replaceAll('.', '\\.');
}

/** What a killed process leaves of a replacement. */
export const artifacts = [/\.tmp-/];
