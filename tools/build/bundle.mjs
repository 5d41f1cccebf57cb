import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import {
  command,
  judge,
  library,
  modules,
  outside,
  packages,
  page,
  pageStyle,
  programs,
  tests,
} from './entries.mjs';
import { lateWidth, ownPackages, ownPlace, placed } from './own-place.mjs';
import { copyTypes } from './types.mjs';

const common = {
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Otherwise a pattern of them becomes a call, which is made at each start and can't be left out: the validator has one that nothing uses.
  supported: { 'regexp-unicode-property-escapes': true },
  // Before `main`, which of some packages is a UMD module that can't be bundled.
  mainFields: ['module', 'main'],
  external: outside,
  // Of its other modules nothing is used, and enumerations can't be left out.
  alias: { 'jsonc-parser': './node_modules/jsonc-parser/lib/esm/impl/scanner.js' },
  sourcemap: true,
  write: false,
  metafile: true,
  logLevel: 'warning',
  plugins: [lateWidth, ownPlace, ownPackages(Object.keys(packages))],
};
const split = { splitting: true, chunkNames: 'chunks/[hash]' };
/** Names stay, for people who read stacks. */
const tight = { minifyWhitespace: true, minifySyntax: true, lineLimit: 160, legalComments: 'none' };

/** A package in CommonJS asks for Node's own modules by `require`, which a module does not have. */
const withRequire =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Writes into `dist` what is run and shipped: few files in place of the some three hundred modules of the source, as a process
 * takes half a millisecond to load one, and the types of what users import.
 */
export async function bundle() {
  const results = await Promise.all([
    ...library.map((entryPoints) => build({ ...common, ...(entryPoints.length > 1 && split), entryPoints })),
    build({ ...common, ...tight, entryPoints: judge }),
    build({ ...common, entryPoints: tests, packages: 'external' }),
    build({ ...common, ...split, ...tight, entryPoints: command }),
    build({ ...common, ...split, ...tight, entryPoints: modules }),
    build({ ...common, ...tight, entryPoints: programs }),
    ...Object.entries(packages).map(([file, contents]) => buildPackage(file, contents)),
  ]);

  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  checkPlaces(inputs);
  const written = new Set();
  for (const { path: place, text } of results.flatMap(({ outputFiles }) => outputFiles)) {
    const file = path.relative('dist', place);
    written.add(file);
    mkdirSync(path.dirname(place), { recursive: true });
    const needsRequire = !file.endsWith('.cjs') && /\btypeof require( !== "undefined"|<"u")/.test(text);
    // On the first line, so that the others keep their numbers, behind what a shell reads.
    const [shebang = ''] = /^#!.*\n/.exec(text) ?? [];
    const body = needsRequire ? `${shebang}${withRequire}${text.slice(shebang.length)}` : text;
    writeFileSync(place, file.endsWith('.js') ? placed(body, file) : body);
  }
  for (const file of copyTypes('build/types', 'dist', [
    ...library.flat(),
    ...judge,
    'harness/index.ts',
    'harness/vitest/index.ts',
  ]))
    written.add(file);
  await bundlePage(written);
  removeOthers(written);
  writeFileSync(path.join('dist', 'licenses.txt'), licenses(inputs));
}

/** @param contents what is used of the package */
function buildPackage(file, contents) {
  const [name, extension] = [path.parse(file).name, path.parse(file).ext];
  const isModule = extension === '.js';
  return build({
    ...common,
    stdin: { contents, resolveDir: '.', sourcefile: `${name}.js` },
    entryNames: `packages/${name}`,
    outExtension: { '.js': extension },
    format: isModule ? 'esm' : 'cjs',
    // What is a module for browsers is CommonJS for Node, of which nothing can be left out.
    platform: isModule ? 'neutral' : 'node',
    sourcemap: false,
    minify: true,
    legalComments: 'none',
    plugins: [],
  });
}

/** The page's own program and style. A module of its own in `build` finds them beside itself, too. */
async function bundlePage(written) {
  const forBrowsers = {
    bundle: true,
    minify: true,
    write: false,
    logLevel: 'warning',
    target: 'es2022',
  };
  const [program, style] = await Promise.all([
    build({ ...forBrowsers, entryPoints: page, outdir: 'dist', format: 'iife' }),
    build({ ...forBrowsers, entryPoints: [pageStyle] }),
  ]);
  const [name] = Object.keys(page);
  for (const folder of ['dist', 'build']) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, `${name}.js`), program.outputFiles[0].text);
    writeFileSync(path.join(folder, `${name}.css`), style.outputFiles[0].text);
  }
  written.add(`${name}.js`);
}

/** A process that still runs may load what it was built with until all that is new is there. */
function removeOthers(written) {
  for (const name of readdirSync('dist', { recursive: true }))
    if (/\.(c?js(\.map)?|d\.ts)$/.test(name) && !written.has(name)) rmSync(path.join('dist', name));
}

/** What the authors of the packages that are part of a bundle ask for. */
function licenses(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []).sort(),
  );
  return [...packages].map(licenseOf).join('\n\n');
}

/** It has its own place in the names of its temporary files, and looks for nothing there. */
const harmless = 'node_modules/write-file-atomic/lib/index.js';

/** @throws Error for a package that looks for something beside itself: it has to stay outside */
function checkPlaces(inputs) {
  const code = (file) => readFileSync(file, 'utf8').replace(/\/\*.*?\*\/|\/\/.*?$/gms, '');
  const lost = inputs.filter(
    (input) =>
      input.startsWith('node_modules/') && input !== harmless && /\b__(dir|file)name\b/.test(code(input)),
  );
  if (lost.length > 0) throw new Error(`these ask where they are, and can't be bundled: ${lost.join(', ')}`);
}

function licenseOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled, and has no license file`);
  return `${name} ${version} (${license})\n\n${readFileSync(path.join(directory, file), 'utf8').trim()}`;
}
