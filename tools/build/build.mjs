import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds what is older than its source, and nothing otherwise: `build` has each module by itself, for tests; `dist` has the types
 * and the bundles, which are what is run and shipped.
 */
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

/** Our own: that of the compiler is new after each `tsc --noEmit`, too. */
const stamp = path.join('dist', '.built');
if (isStale(timeOf(stamp))) {
  const compiler = path.join('node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // Only now: it takes as long to load as all the rest of a build that finds nothing to do.
  await (await import('./bundle.mjs')).bundle();
  writeFileSync(stamp, '');
}

/** Whether a source was changed, added or removed after that time. A folder changes with its list of names. */
function isStale(time) {
  const inputs = ['src', 'harness', 'scenarios', 'tools/build'].flatMap((folder) => [
    folder,
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() || /\.m?ts$|\.mjs$|\.css$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)),
  ]);
  return ['tsconfig.json', 'package-lock.json', ...inputs].some((name) => timeOf(name) > time);
}

/** When a file was changed last, in milliseconds; long ago if it is not there. */
function timeOf(place) {
  return statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
