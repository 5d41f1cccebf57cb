import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import type { Store } from '../../core/target.js';

/** `lowdb`: the document is in memory; read before each change, as it must be where others write, too. No lock. */
export function open(file: string): Store {
  const db = new Low<Record<string, unknown>>(new JSONFile(file), {});
  const read = async () => {
    await db.read();
    return db.data;
  };
  const change = async (edit: (data: Record<string, unknown>) => void) => {
    await db.read();
    await db.update(edit);
  };
  return {
    get: async (key) => (await read())[key],
    all: async () => ({ ...(await read()) }),
    set: (key, value) =>
      change((data) => {
        data[key] = value;
      }),
    remove: (key) =>
      change((data) => {
        delete data[key];
      }),
  };
}

/** All processes stage their document under this one name. */
export const artifacts = [/^\..*\.tmp$/];
