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

/** Not as a word in quotes. */
const expression = /(?<!['"`])import\.meta\.url/g;

const root = '__the_root_of_dist__';

/** @param file relative to `dist` */
export function placed(text, file) {
  const up = path.posix.relative(path.posix.dirname(file), '.');
  return text.replaceAll(root, up === '' ? '.' : up);
}
