import path from 'node:path';
import type { Command } from 'commander';
import { clearLive, showLive } from '../../src/cli/render.js';
import { addBaselineOptions, type BaselineFlags, codeOf, compareRun, takeBaseline } from './baseline.js';
import { reportToGithub } from './github.js';
import { mergeOfSearches } from './merge-searches.js';
import { parseReporters, type Reporter, reporterNames, writeReports } from './reporters.js';

interface Flags extends BaselineFlags {
  out?: string;
  reporter?: Reporter[];
  json?: boolean;
  verbose?: boolean;
}

export function addMerge(program: Command): void {
  const command = program
    .command('merge')
    .description(
      "judge the histories of a run's shards anew, and make one report of them, or of those of a search",
    )
    .argument('<dir...>', 'the directories of the shards, or one that holds them')
    .option('--out <dir>', `the report's own directory; default: ${outDefault}`)
    .option(
      '--reporter <list>',
      `what is printed, or, as NAME=FILE, written: ${reporterNames.join(', ')}; default: list`,
      parseReporters,
    )
    .option('--json', 'the same as --reporter json')
    .option('--verbose', 'tell of every violation in the report, as a table')
    .addHelpText('after', help)
    .action(run);
  addBaselineOptions(command);
}

const outDefault = path.join('reports', 'merged');

const help = `
The shards are those of "stress --shard i/n". They must be of one version, seed and plan: of another one they are refused, and so is
a shard that is there twice. A shard that is missing, or was interrupted, is named, and then the result is at best inconclusive.
Counts are added; percentiles are those of all calls. The directory gets report.json, report.html, summary.md, junit.xml,
results.tap, findings.jsonl, and the joined history.jsonl.

Those of "explore --shard i/n" are merged, too: executions are added, outcomes and failures are those of all parts. The directory gets
report.json, report.html and schedules; of the options only --out and --json are for them.

Examples:
  holdfast stress --repeat 8 --seed 7 --shard 2/4 --out shards/2     on each of four machines, with its own number
  holdfast merge shards/*                                            where all of them have come together
  holdfast merge shards --reporter github,junit=junit.xml            the same of the directory that holds them

Exit codes: 0 all guarantees held, 1 violated, 2 usage, or shards of different runs, 3 inconclusive, or a shard is missing,
4 nothing matched, 5 a planted bug was not found, 70 internal error, 130 interrupted.`;

async function run(
  directories: string[],
  { out: place = outDefault, reporter, json, verbose, ...flags }: Flags,
): Promise<void> {
  const { areSearches, merge } = await import('../index.js');
  if (areSearches(directories)) {
    await mergeOfSearches(directories, place, { json, reporter, ...flags });
    return;
  }
  const comparing = takeBaseline(flags);
  const { out, ...report } = await merge({ directories, out: place, onProgress: showLive });
  clearLive();
  const wanted = json ? [{ name: 'json' as const }] : (reporter ?? [{ name: 'list' as const }]);
  const files = [
    { name: 'junit' as const, file: path.join(out, 'junit.xml') },
    { name: 'tap' as const, file: path.join(out, 'results.tap') },
  ];
  const comparison = await compareRun(report, comparing);
  const told = comparison ? { ...report, comparison } : report;
  await writeReports(told, out, [...files, ...wanted], { isVerbose: verbose === true });
  await reportToGithub(told);
  process.exitCode = codeOf(report.result, comparison);
}
