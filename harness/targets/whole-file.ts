import { randomBytes } from 'node:crypto';
import type { Store, TokenStore, Versions } from '../core/target.js';
import { nameOfContent } from '../history/version-name.js';

type Credentials = Record<string, unknown>;

/** What a store has read: the entries, and the text that they are in, if there was one. */
export interface Copy {
  entries: Credentials;
  text?: string;
}

/** Every store that keeps all entries in one JSON file does this; they differ in how they read, write and exclude. */
export interface WholeFile {
  read(): Promise<Copy>;
  write(text: string): Promise<void>;
  /** Runs a read-modify-write while no other does, as far as the store knows how. */
  exclusively?<T>(run: () => Promise<T>): Promise<T>;
}

/** Its changes say which content they were made from, and which they made. */
export function wholeFileStore(file: WholeFile): Store {
  const { read, exclusively = (run) => run() } = file;
  return {
    get: async (key) => (await read()).entries[key],
    all: async () => (await read()).entries,
    set: (key, value) => exclusively(() => rewrite(file, (entries) => ({ ...entries, [key]: value }))),
    remove: (key) => exclusively(() => rewrite(file, ({ [key]: _, ...rest }) => rest)),
  };
}

async function rewrite(
  { read, write }: WholeFile,
  change: (entries: Credentials) => Credentials,
): Promise<Versions> {
  const { entries, text } = await read();
  const next = JSON.stringify(change(entries), null, 2);
  await write(next);
  return { written: nameOfContent(next), ...(text === undefined ? {} : { base: nameOfContent(text) }) };
}

/** Tokens in plain text, in one JSON file that each change rewrites. */
export function wholeFileTokens(file: WholeFile): TokenStore {
  const readTokens = async () =>
    Object.entries((await file.read()).entries) as [string, { name?: string; token?: string }][];
  const namesOf = (entries: [string, { name?: string }][]) => entries.map(([, { name = '' }]) => name);
  return {
    async create(name) {
      const [id, token] = [randomBytes(6).toString('hex'), randomBytes(16).toString('hex')];
      await rewrite(file, (entries) => ({ ...entries, [id]: { name, token } }));
      return { id, token };
    },
    async delete(id) {
      await rewrite(file, ({ [id]: _, ...rest }) => rest);
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
