import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { command, library, modules, programs } from './entries.mjs';
import { ownPlace, placed } from './own-place.mjs';

const common = {
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  // Stacks are read by people.
  minify: false,
  write: false,
  metafile: true,
  logLevel: 'warning',
  plugins: [ownPlace],
};

/** Before `main`, which of some packages is a UMD module that can't be bundled. */
const mainFields = ['module', 'main'];

/** What is loaded only when it is needed, has files of its own that it looks for, or is native. */
const outside = [
  ...['esbuild', 'tsx', 'tsx/*', 'tinypool', 'better-sqlite3', 'write-file-atomic'],
  // Its package has no file of its license.
  '@bomb.sh/tab/*',
];

/** A package in CommonJS asks for Node's own modules by `require`, which a module does not have. */
const withRequire =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Writes into `dist` what is run: few files in place of the some three hundred modules of the source, as a process takes half
 * a millisecond to load one. Types are the compiler's.
 */
export async function bundle() {
  const results = await Promise.all([
    build({
      ...common,
      entryPoints: library,
      splitting: true,
      chunkNames: 'chunks/[hash]',
      packages: 'external',
    }),
    build({
      ...common,
      entryPoints: command,
      splitting: true,
      chunkNames: 'chunks/[hash]',
      external: outside,
      mainFields,
    }),
    build({ ...common, entryPoints: modules, packages: 'external' }),
    build({ ...common, entryPoints: programs, external: outside, mainFields }),
  ]);

  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  checkPlaces(inputs);
  const written = new Set();
  for (const { path: place, text } of results.flatMap(({ outputFiles }) => outputFiles)) {
    const file = path.relative('dist', place);
    written.add(file);
    mkdirSync(path.dirname(place), { recursive: true });
    const needsRequire = text.includes('typeof require !== "undefined"');
    // On the first line, so that the others keep their numbers, behind what a shell reads.
    const [shebang = ''] = /^#!.*\n/.exec(text) ?? [];
    const body = needsRequire ? `${shebang}${withRequire}${text.slice(shebang.length)}` : text;
    writeFileSync(place, file.endsWith('.js') ? placed(body, file) : body);
  }
  removeOthers(written);
  writeFileSync(path.join('dist', 'licenses.txt'), licenses(inputs));
}

/** A process that still runs may load what it was built with until all that is new is there. */
function removeOthers(written) {
  for (const name of readdirSync('dist', { recursive: true }))
    if (/\.js(\.map)?$/.test(name) && !written.has(name)) rmSync(path.join('dist', name));
}

/** What the authors of the packages that are part of a bundle ask for. */
function licenses(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []).sort(),
  );
  return [...packages].map(licenseOf).join('\n\n');
}

/** @throws Error for a package that looks for something beside itself: it has to stay outside */
function checkPlaces(inputs) {
  const code = (file) => readFileSync(file, 'utf8').replace(/\/\*.*?\*\/|\/\/.*?$/gms, '');
  const lost = inputs.filter(
    (input) => input.startsWith('node_modules/') && /\b__(dir|file)name\b/.test(code(input)),
  );
  if (lost.length > 0) throw new Error(`these ask where they are, and can't be bundled: ${lost.join(', ')}`);
}

function licenseOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled, and has no license file`);
  return `${name} ${version} (${license})\n\n${readFileSync(path.join(directory, file), 'utf8').trim()}`;
}
