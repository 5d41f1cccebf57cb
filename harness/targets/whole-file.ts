import type { Store } from '../core/target.js';

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

/** Marks an error of something that certainly did not happen. */
export function definitely(error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { definite: true }) : error;
}
