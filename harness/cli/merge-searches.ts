import path from 'node:path';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { printReport } from '../../src/cli/render.js';
import type * as Harness from '../index.js';
import { replayCommand } from './explore.js';
import { reproduceCommand } from './explore-again.js';

/**
 * Merges the parts of a search, as `merge` does those of a run.
 * @throws UsageError for an option that a search has no use for
 */
export async function mergeOfSearches(
  directories: readonly string[],
  place: string,
  { json, ...others }: { json?: boolean | undefined } & Record<string, unknown>,
): Promise<void> {
  const { UsageError, explorationToTerminal, mergeSearches, toFlags, writeExploreReport } = await import(
    '../index.js'
  );
  const [strange] = Object.entries(others).filter(([, value]) => value !== undefined);
  if (strange)
    throw new UsageError(
      `--${dashed(strange[0])} is of runs, and these are parts of a search`,
      'leave it out',
    );
  const { report, out } = mergeSearches(directories, place, (one) => reproduceCommand(one, toFlags));
  const again = ({ id }: Harness.ExploredFailure) =>
    `${replayCommand} ${path.join(path.relative(process.cwd(), out), 'schedules', `${id}.json`)}`;
  await writeExploreReport(report, out, again);
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else
    for (const { exploration } of report.scenarios)
      printReport(`${explorationToTerminal(exploration, again)}\n`);
  process.exitCode = exitCodes[report.result];
}

function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
