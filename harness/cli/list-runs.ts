import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../index.js';

/** One run, as its directory has it. */
export interface ListedRun {
  /** Its directory. */
  run: string;
  /** When it began; undefined for a report of an older version. */
  time?: string;
  result: Report['result'];
  scenarios: number;
  targets: string[];
  acknowledged: number;
  lost: number;
  /** The slowest p99 of the sets of its scenarios, in milliseconds. */
  p99Ms?: number;
  seconds: number;
}

const made = '.holdfast-run';

/** Finds the runs in a directory of reports, the latest first. Whatever else lies there is passed over. */
export async function runsIn(directory: string): Promise<ListedRun[]> {
  const { lostOf } = await import('../core/lost.js');
  if (!existsSync(directory)) return [];
  const runs = readdirSync(directory).flatMap((name): ListedRun[] => {
    const run = path.join(directory, name);
    // `latest` is one of the others.
    if (!lstatSync(run).isDirectory()) return [];
    const report = reportIn(run);
    if (report === undefined) return [];
    const { result, scenarios, durationMs, environment } = report;
    const sum = (pick: (one: Report['scenarios'][number]) => number) =>
      scenarios.reduce((total, one) => total + pick(one), 0);
    const p99s = scenarios.flatMap(({ latencyMs }) => latencyMs.set?.p99 ?? []);
    return [
      {
        run,
        ...(environment === undefined ? {} : { time: environment.time }),
        result,
        scenarios: scenarios.length,
        targets: [...new Set(scenarios.map(({ target }) => target))],
        acknowledged: sum(({ counts }) => counts.acknowledged),
        lost: sum(({ counts }) => lostOf(counts)),
        ...(p99s.length === 0 ? {} : { p99Ms: Math.max(...p99s) }),
        seconds: Math.round(durationMs / 100) / 10,
      },
    ];
  });
  return runs.sort((a, b) => (b.time ?? '').localeCompare(a.time ?? '') || b.run.localeCompare(a.run));
}

/** Removes all but the latest runs. One that a user has put there by hand stays. @returns those that are left */
export function keepLatest(runs: readonly ListedRun[], count: number): ListedRun[] {
  const removed = new Set(runs.slice(count).filter(({ run }) => existsSync(path.join(run, made))));
  for (const { run } of removed) rmSync(run, { recursive: true });
  return runs.filter((one) => !removed.has(one));
}

/** Runs as a table. */
export async function runsToText(runs: readonly ListedRun[]): Promise<string> {
  const { table } = await import('../report/table.js');
  const header = [
    'run',
    'verdict',
    'began',
    'targets',
    'scenarios',
    'acknowledged',
    'lost',
    'p99 ms',
    'seconds',
  ];
  return table(
    header,
    runs.map((one) => [
      one.run,
      one.result,
      one.time?.replace(/^(\S+)T(\d\d:\d\d).*$/, '$1 $2') ?? '',
      one.targets.join(', '),
      String(one.scenarios),
      String(one.acknowledged),
      String(one.lost),
      one.p99Ms?.toFixed(2) ?? '',
      one.seconds.toFixed(1),
    ]),
  );
}

/** Undefined for a directory without one of a stress run: that of a search, or of a run that goes on. */
function reportIn(directory: string): Report | undefined {
  try {
    const report = JSON.parse(
      readFileSync(path.join(directory, 'report.json'), 'utf8'),
    ) as Partial<Report> | null;
    const isWhole =
      report?.schema === 1 && report.scenarios?.every(({ counts, latencyMs }) => counts && latencyMs);
    return isWhole ? (report as Report) : undefined;
  } catch {
    return undefined;
  }
}
