import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A module that looks for something beside itself finds it also from a bundle: `import.meta.url` becomes the place that the
 * module would have in `dist` by itself. Where the bundle is, is known only when it is written: see `placed`.
 */
export const ownPlace = {
  name: 'own-place',
  setup(build) {
    build.onLoad({ filter: /\/(src|harness|scenarios)\/.*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (text.search(expression) < 0) return undefined;
      const place = path.posix.relative('.', file).replace(/\.ts$/, '.js');
      const url = `new URL(${JSON.stringify(`${root}/${place}`)}, import.meta.url).href`;
      return { contents: text.replaceAll(expression, url), loader: 'ts' };
    });
  },
};

/** Packages that have files of their own in `dist/packages`. */
export function ownPackages(files) {
  return {
    name: 'own-packages',
    setup(build) {
      for (const file of files)
        build.onResolve({ filter: new RegExp(`^${path.parse(file).name}$`) }, () => ({
          path: `${root}/packages/${file}`,
          external: true,
        }));
    },
  };
}

/**
 * `string-width` compiles a table of all emoji as it is loaded, which takes a fifth of the start of a command. In a bundle it is
 * loaded when it is first asked: a module that is required waits for that.
 */
export const lateWidth = {
  name: 'late-width',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path: 'string-width', namespace: 'late' },
    );
    build.onLoad({ filter: /^string-width$/, namespace: 'late' }, () => ({
      contents: `let widthOf;
        export default (text) => (widthOf ??= require('string-width').default)(text);`,
      resolveDir: '.',
    }));
  },
};

/** Not as a word in quotes. */
const expression = /(?<!['"`])import\.meta\.url/g;

const root = '__the_root_of_dist__';

/** A limit of the length of lines breaks strings, too, and so this one. */
const marker = new RegExp(Array.from(root).join('(?:\\\\\n)?'), 'g');

/**
 * No line is joined to another one: the source map goes by their numbers, and elsewhere a backslash before the end of a line may
 * mean something else.
 * @param file relative to `dist`
 */
export function placed(text, file) {
  const up = path.posix.relative(path.posix.dirname(file), '.') || '.';
  return text.replace(marker, (found) => up + (found.match(/\\\n/g) ?? []).join(''));
}
