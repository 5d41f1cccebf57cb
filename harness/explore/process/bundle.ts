import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { importNeeded } from '../../../src/cli/needed-package.js';
import { UsageError } from '../../../src/cli/usage-error.js';

interface BundleOptions {
  /** `import()` becomes `require`: what a simulation is asked for is there at once. */
  isSimulated?: boolean;
  /** What a module is to be put in as, by its path and text; default: as it is. */
  edit?: (place: string, text: string) => string;
}

/**
 * Puts a target and all its modules into one script, so that they can be made anew for each execution in a millisecond. What it
 * does is not changed; a module that can't be put so (one that awaits at its top level, say) is refused.
 * @param file where the script goes; its source map goes beside it
 */
export async function bundleTarget(
  module: string,
  file: string,
  { isSimulated = false, edit = (_, text) => text }: BundleOptions = {},
): Promise<void> {
  const entry = fileURLToPath(module);
  // Only now: it takes longer to load than all the rest.
  const { build } = await importNeeded('holdfast explore', 'esbuild', () => import('esbuild'));
  try {
    await build({
      entryPoints: [entry],
      outfile: file,
      absWorkingDir: path.dirname(entry),
      external: ['*.node'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'external',
      keepNames: true,
      ...(isSimulated ? { supported: { 'dynamic-import': false } } : {}),
      logLevel: 'silent',
      plugins: [ownPlaces(edit)],
      define: { 'import.meta.url': ownUrl },
    });
  } catch (error) {
    const { errors, message } = error as { errors?: { text: string }[]; message: string };
    throw new UsageError(`${entry} can't be made into one script: ${errors?.[0]?.text ?? message}`);
  }
}

const ownUrl = '__holdfast_module_url';

/** Every module goes on knowing where it came from: some make names of it. */
const ownPlaces = (edit: NonNullable<BundleOptions['edit']>): Plugin => ({
  name: 'own-places',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path: place }) => {
      const found = await readFile(place, 'utf8');
      const text = edit(place, withPlainRequire(found));
      const loader = /\.[cm]?tsx?$/.test(place) ? 'ts' : 'js';
      if (!/\b(__filename|__dirname|import\.meta)\b/.test(text) || text.startsWith('#!'))
        return text === found ? undefined : { contents: text, loader };
      const known = {
        __filename: place,
        __dirname: path.dirname(place),
        [ownUrl]: pathToFileURL(place).href,
      };
      // ES modules make the first two themselves, where they need them.
      const isMade = (name: string) => new RegExp(`(const|let|var)\\s+${name}\\b`).test(text);
      const declared = Object.entries(known).flatMap(([name, value]) =>
        isMade(name) ? [] : [`${name} = ${JSON.stringify(value)}`],
      );
      // On the first line, so that all others keep their numbers, and behind a directive, which must stay the first thing.
      const [directive = ''] = /^\s*(['"])use strict\1;?/.exec(text) ?? [];
      const contents = `${directive};var ${declared.join(', ')};${text.slice(directive.length)}`;
      return { contents, loader };
    });
  },
});

/**
 * A UMD module, as TypeScript writes it, is handed `require` as an argument, so what it requires is found only when it runs: and
 * then beside the script, where it is not. Without the argument it is the very same function, and is found now.
 */
function withPlainRequire(text: string): string {
  return text.replace('})(function (require, exports) {', '})(function (_, exports) {');
}
