import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { importNeeded } from '../../src/cli/needed-package.js';

/**
 * Loads a user's module, JavaScript or TypeScript, ESM or CommonJS, whatever the package around it says: a file in a
 * folder without a package.json counts as CommonJS, even if it is written with `export`.
 * @param url file URL
 * @returns what it exports by name, and its default export
 * @throws UsageError where it is TypeScript and tsx is not installed
 */
export async function loadModule(url: string): Promise<Record<string, unknown>> {
  const loaded: Record<string, unknown> = /\.[cm]?tsx?$/.test(url)
    ? await loadTypeScript(url)
    : await import(url);
  // The exports of a CommonJS module are the default export of what `import` makes of it.
  return isObject(loaded.default) ? { ...loaded, ...loaded.default } : loaded;
}

async function loadTypeScript(url: string): Promise<Record<string, unknown>> {
  importer ??= register(path.posix.basename(url));
  return (await importer)(url, import.meta.url);
}

type Importer = (url: string, parent: string) => Promise<Record<string, unknown>>;

/** One for all modules: each one of its own would load anew what several import, the harness above all. */
let importer: Promise<Importer> | undefined;

/** What `tsImport` of tsx does for one module. */
async function register(name: string): Promise<Importer> {
  const [esm, cjs] = await importNeeded(name, 'tsx', () =>
    Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]),
  );
  const namespace = randomUUID();
  cjs.register({ namespace });
  return esm.register({ namespace }).import;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
