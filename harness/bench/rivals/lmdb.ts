import type { Store } from '../../core/target.js';

interface Database {
  get(key: string): unknown;
  put(key: string, value: unknown): Promise<boolean>;
  remove(key: string): Promise<boolean>;
  getRange(): Iterable<{ key: string; value: unknown }>;
  close(): Promise<void>;
}

/** LMDB, where each write returns when it is on the disk. The file is no plain JSON: no other program can read it. */
export async function open(file: string): Promise<Store> {
  // By a name that the compiler does not follow, for the package may be missing.
  const name = 'lmdb';
  const lmdb = (await import(name)) as { open(options: object): Database };
  // Otherwise a commit is visible, and acknowledged, before it is synced.
  const database = lmdb.open({ path: file, noSubdir: true, encoding: 'json', overlappingSync: false });
  return {
    get: async (key) => database.get(key),
    all: async () => Object.fromEntries([...database.getRange()].map(({ key, value }) => [key, value])),
    set: async (key, value) => {
      await database.put(key, value);
    },
    remove: async (key) => {
      await database.remove(key);
    },
    close: () => database.close(),
  };
}

export const artifacts = [/-lock$/];
