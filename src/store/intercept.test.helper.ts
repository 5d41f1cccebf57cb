import fs, { readlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Other functions in the place of Node's own. It imports nothing of the project and of Vitest: the programs that tests start import
 * what was built of it.
 */
// biome-ignore lint/suspicious/noExplicitAny: a function of a module of Node, whatever it takes.
export type Functions = Record<string, (...args: any[]) => any>;

/** Puts other functions in the place of some of `node:fs`, for every module of this process. @returns a function that ends it */
export function interceptFs(others: Partial<Functions>): () => void {
  return intercept(fs, others);
}

/** The same for another of Node's modules, which is its default export. */
export function intercept(module: object, others: Partial<Functions>): () => void {
  const all = module as Functions;
  const originals = Object.fromEntries(Object.keys(others).map((name) => [name, all[name]]));
  Object.assign(all, others);
  syncBuiltinESMExports();
  return () => {
    Object.assign(all, originals);
    syncBuiltinESMExports();
  };
}

/** The same for each of some functions. @param change gets a function and its name, and returns what stands in its place */
export function interceptEach(
  names: readonly string[],
  change: (original: Functions[string], name: string) => Functions[string],
): () => void {
  const all = fs as unknown as Functions;
  return interceptFs(
    Object.fromEntries(names.map((name) => [name, change(all[name] as Functions[string], name)])),
  );
}

/** Kills this process right before, or right after, it puts a file in place. */
export function dieAtRenameTo(file: string, when: 'before' | 'after'): void {
  interceptEach(['renameSync'], (renameSync) => (from, to) => {
    const isMeant = plainPath(to) === file;
    if (isMeant && when === 'before') process.kill(process.pid, 'SIGKILL');
    renameSync(from, to);
    if (isMeant) process.kill(process.pid, 'SIGKILL');
  });
}

/** What a call of the file system is about, by its plain path: the store reaches names by the descriptor of their directory. */
export function plainPath(place: unknown): string {
  return String(place).replace(/^\/proc\/self\/fd\/\d+/, (directory) => readlinkSync(directory));
}
