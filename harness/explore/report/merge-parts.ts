import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { Environment } from '../../core/report.js';
import { worstOf } from '../../core/verdict.js';
import { claimDirectory } from '../../line/sandbox.js';
import { expectOneWhole, type GivenPart, readParts } from '../../stress/shards/read-shards.js';
import { shardFileName } from '../../stress/shards/shard-file.js';
import type { Exploration } from '../evidence/exploration.js';
import { mergeExplorations } from './merge-explorations.js';
import type { SearchPart } from './part-file.js';
import { type ExploreReport, toExploreReport } from './report.js';
import { saveSchedule } from './schedule-files.js';

/** Whether these directories, or those in them, are parts of a search. */
export function areSearches(directories: readonly string[]): boolean {
  try {
    readSearches(directories);
    return true;
  } catch {
    // Why not is said by the one who reads shards of runs.
    return false;
  }
}

function readSearches(directories: readonly string[]): GivenPart<SearchPart>[] {
  return readParts<SearchPart>(directories, ({ searches }) => Array.isArray(searches));
}

const mustAgree = [
  ['version', 'run all shards with the same version of holdfast'],
  ['shards', 'give all shards the same n in --shard i/n'],
  ['options', 'give all shards the same options, but for i and --out'],
  ['contents', 'run all shards on the same commit'],
  ['searches', 'give all shards the same scenarios, targets, --seed and --repeat'],
] as const;

/**
 * Makes one report of the parts of a search. What is missing has proved nothing: then the result is at best unknown.
 * @param again returns the command that makes a whole search again
 * @throws UsageError if a directory is no part, or they are not of one search
 */
export function mergeSearches(
  directories: readonly string[],
  place: string,
  again: (exploration: Exploration) => string,
): { report: ExploreReport; out: string } {
  const parts = readSearches(directories).sort((a, b) => a.file.shard.index - b.file.shard.index);
  expectOneWhole(parts, mustAgree);
  const { plan } = (parts[0] as GivenPart<SearchPart>).file;
  const out = claimDirectory(place);
  if (existsSync(path.join(out, shardFileName)))
    throw new UsageError(
      `${out} is one of the shards, or has a search of its own`,
      'give --out another directory',
    );
  for (const name of written) rmSync(path.join(out, name), { recursive: true, force: true });

  const reports = parts.map((part) => ({ part, report: reportIn(part) }));
  const merged = plan.searches.flatMap(({ scenario }, at) => {
    const own = reports.flatMap(({ part, report }) => {
      const exploration = report?.scenarios[at]?.exploration;
      return exploration ? [{ exploration, isDone: part.file.isDone }] : [];
    });
    if (own.length === 0) return [];
    const exploration = mergeExplorations(own, plan.shards);
    return [{ scenario, exploration, reproduce: again(exploration) }];
  });
  for (const { exploration } of merged)
    for (const failure of exploration.failures) saveSchedule(failure, path.join(out, 'schedules'));
  const environment = environmentOf(reports.flatMap(({ report }) => report?.environment ?? []));
  const report = toExploreReport(merged, environment === undefined ? {} : { environment });
  const isWhole = merged.length === plan.searches.length;
  return { report: isWhole ? report : { ...report, result: worstOf([report.result, 'unknown']) }, out };
}

/** That of the part which began first, if all were made alike. */
function environmentOf(known: readonly Environment[]): Environment | undefined {
  const [first, ...others] = known.toSorted((a, b) => a.time.localeCompare(b.time));
  const alike = ({ runtime, system, cpus, version, commit }: Environment) =>
    JSON.stringify([runtime, system, cpus, version, commit]);
  return first !== undefined && others.every((one) => alike(one) === alike(first)) ? first : undefined;
}

/** All that a merge writes, of runs or of searches: what an older one left must not be taken for this one's. */
const written = [
  ...['report.json', 'report.html', 'schedules'],
  ...['history.jsonl', 'findings.jsonl', 'summary.md', 'junit.xml', 'results.tap'],
];

/** @returns undefined for a part that was ended before its report */
function reportIn({ directory, file }: GivenPart<SearchPart>): ExploreReport | undefined {
  const name = path.join(directory, 'report.json');
  if (!existsSync(name)) return undefined;
  const report = JSON.parse(readFileSync(name, 'utf8')) as ExploreReport;
  const played = report.scenarios.map(({ scenario, target, seed }) => ({ scenario, target, seed }));
  const planned = file.searches.slice(0, played.length);
  if (JSON.stringify(played) === JSON.stringify(planned)) return report;
  throw new UsageError(
    `${directory} has searched what is not in its plan`,
    'its report.json and its shard.json are not of one search',
  );
}
