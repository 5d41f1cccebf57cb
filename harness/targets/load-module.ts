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
  const { tsImport } = await importNeeded(path.posix.basename(url), 'tsx', () => import('tsx/esm/api'));
  return tsImport(url, import.meta.url);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
