import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const project = fileURLToPath(new URL('..', import.meta.url));
/** Our own: that of the compiler is new after each `tsc --noEmit`, too. */
const stamp = path.join(project, 'dist', '.built');
const compiler = path.join(project, 'node_modules', 'typescript', 'bin', 'tsc');

/**
 * Vitest's global setup. Tests of the command, and those that start processes, run `dist`: without this they would test the
 * build of some day, in silence. In watch mode it builds again before each rerun.
 */
export default function setup(vitest: TestProject): void {
  buildIfStale();
  vitest.onTestsRerun(buildIfStale);
}

function buildIfStale(): void {
  const newer = newerThan(timeOf(stamp));
  if (newer === undefined) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.json'], {
    cwd: project,
    encoding: 'utf8',
  });
  if (status !== 0) {
    const reason = `${stdout}${stderr}`.trim();
    throw new Error(`dist is older than ${newer}, and could not be built:\n${reason}`);
  }
  writeFileSync(stamp, '');
}

/** A source that was changed after that time, or undefined. */
function newerThan(time: number): string | undefined {
  const sources = ['src', 'harness', 'scenarios'].flatMap((folder) =>
    readdirSync(path.join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name)),
  );
  return ['tsconfig.json', ...sources].find((name) => timeOf(path.join(project, name)) > time);
}

/** When a file was changed last, in milliseconds; long ago if it is not there. */
function timeOf(place: string): number {
  return statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
