import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const build = fileURLToPath(new URL('../tools/build/build.mjs', import.meta.url));

/**
 * Vitest's global setup. Tests of the command, and those that start processes, run what was built: without this they would
 * test the build of some day, in silence. In watch mode it builds again before each rerun.
 */
export default function setup(vitest: TestProject): void {
  buildIfStale();
  vitest.onTestsRerun(buildIfStale);
}

function buildIfStale(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [build], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`what is run could not be built:\n${`${stdout}${stderr}`.trim()}`);
}
