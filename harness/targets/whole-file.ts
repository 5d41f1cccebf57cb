import { randomBytes } from 'node:crypto';
import type { Store, TokenStore } from '../core/target.js';

type Entries = Record<string, unknown>;

/** Every store that keeps all entries in one JSON file does this; they differ in how they read, write and exclude. */
export interface WholeFile {
  read(): Promise<Entries>;
  write(entries: Entries): Promise<void>;
  /** Runs a read-modify-write while no other does, as far as the store knows how. */
  exclusively?<T>(run: () => Promise<T>): Promise<T>;
}

export function wholeFileStore({ read, write, exclusively = (run) => run() }: WholeFile): Store {
  return {
    get: async (key) => (await read())[key],
    all: read,
    set: (key, value) => exclusively(async () => write({ ...(await read()), [key]: value })),
    remove: (key) =>
      exclusively(async () => {
        const { [key]: _, ...rest } = await read();
        await write(rest);
      }),
  };
}

/** Tokens in plain text, in one JSON file that each change rewrites. */
export function wholeFileTokens({ read, write }: WholeFile): TokenStore {
  const readTokens = async () =>
    Object.entries(await read()) as [string, { name?: string; token?: string }][];
  const namesOf = (entries: [string, { name?: string }][]) => entries.map(([, { name = '' }]) => name);
  return {
    async create(name) {
      const [id, token] = [randomBytes(6).toString('hex'), randomBytes(16).toString('hex')];
      await write({ ...(await read()), [id]: { name, token } });
      return { id, token };
    },
    async delete(id) {
      const { [id]: _, ...rest } = await read();
      await write(rest);
    },
    async verify(token) {
      const [name] = namesOf((await readTokens()).filter(([, entry]) => entry.token === token));
      return name;
    },
    async list() {
      return namesOf((await readTokens()).filter(([, { token }]) => token !== undefined));
    },
  };
}

/** Marks an error of something that certainly did not happen. */
export function definitely(error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { definite: true }) : error;
}
