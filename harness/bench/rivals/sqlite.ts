import type { Store } from '../../core/target.js';

/** What `node:sqlite` and `better-sqlite3` have in common. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: string[]): unknown;
    get(...values: string[]): unknown;
    all(): unknown[];
  };
  close(): unknown;
}

interface Row {
  key: string;
  value: string;
}

/** SQLite with a write-ahead log and an fsync for each commit. The file is no plain JSON: no other program can read it. */
export async function open(file: string): Promise<Store> {
  const database = await openDatabase(file);
  // First of all: to turn the log on takes the lock that others may have.
  database.exec('PRAGMA busy_timeout = 10000');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
  const get = database.prepare('SELECT key, value FROM entries WHERE key = ?');
  const all = database.prepare('SELECT key, value FROM entries');
  const set = database.prepare('INSERT OR REPLACE INTO entries (key, value) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM entries WHERE key = ?');
  return {
    get: async (key) => {
      const row = get.get(key) as Row | undefined;
      return row && JSON.parse(row.value);
    },
    all: async () =>
      Object.fromEntries((all.all() as Row[]).map(({ key, value }) => [key, JSON.parse(value)])),
    set: async (key, value) => {
      set.run(key, JSON.stringify(value));
    },
    remove: async (key) => {
      remove.run(key);
    },
    close: async () => {
      database.close();
    },
  };
}

/** Node's own, or the package; by names that the compiler does not follow, for either may be missing. */
async function openDatabase(file: string): Promise<Database> {
  const names = { node: 'node:sqlite', package: 'better-sqlite3' };
  const own = await import(names.node).catch(() => undefined);
  const Class = own?.DatabaseSync ?? (await import(names.package)).default;
  return new Class(file);
}

export const artifacts = [/-wal$/, /-shm$/];
