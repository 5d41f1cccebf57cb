import { createWriteStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../../src/cli/usage-error.js';
import { findingsName, historyName } from '../../check/find-again.js';
import { FindingsFile } from '../../check/findings-file.js';
import { judgeHistory, type OnRun } from '../../check/judge-history.js';
import { runStarts } from '../../check/run-starts.js';
import { defined } from '../../core/defined.js';
import { labelOf } from '../../core/label.js';
import type {
  ControlReport,
  JudgedRun,
  MergedShards,
  Report,
  RunFiles,
  ScenarioReport,
} from '../../core/report.js';
import { resultOf } from '../../core/result-of.js';
import { readChunks } from '../../history/lines.js';
import { counted } from '../../history/words.js';
import { claimDirectory } from '../../line/sandbox.js';
import { writeReport } from '../../report/write-report.js';
import { controlAttempts } from '../plan/plan.js';
import { Totals, totalsIn } from '../totals.js';
import { expectOneRun, type GivenShard, readShards } from './read-shards.js';
import { type PlannedUnit, type RunPlan, shardFileName } from './shard-file.js';

/** Where the shards of a run are, and where its report goes. */
export interface MergeOptions {
  directories: readonly string[];
  out: string;
  /** Called before each shard is judged. */
  onProgress?: (sentence: string) => void;
}

/**
 * Judges the histories of a run's shards anew, and writes one report of all. What is missing has proved nothing: then the result is at
 * best unknown.
 * @throws UsageError if a directory is no shard, or they are not of one run
 */
export async function merge({
  directories,
  out: place,
  onProgress = () => {},
}: MergeOptions): Promise<Report & { out: string }> {
  const shards = readShards(directories).sort((a, b) => a.file.shard.index - b.file.shard.index);
  expectOneRun(shards);
  const plan = (shards[0] as GivenShard).file.plan;
  const out = claimDirectory(place);
  // A shard that was not named is one, too, and so is one that a link leads to.
  if (existsSync(path.join(out, shardFileName)))
    throw new UsageError(
      `${out} is one of the shards, or has a run of its own`,
      'give --out another directory',
    );
  const history = path.join(out, historyName);
  for (const name of written) rmSync(path.join(out, name), { force: true });

  const totals = new Totals();
  const findings = FindingsFile.append(path.join(out, findingsName));
  let played = 0;
  const judgedByShard: { shard: GivenShard; judged: JudgedRun[]; first: number }[] = [];
  for (const shard of shards) {
    onProgress(`judging shard ${shard.file.shard.index} of ${plan.shards}`);
    const start = statSync(history, { throwIfNoEntry: false })?.size ?? 0;
    await append(path.join(shard.directory, 'history.jsonl'), history);
    const first = played;
    // A shard that had no time for any run has no history.
    const onRun: OnRun = (one) => {
      findings.add(first + one.number, one.findings);
      if (one.judged.mustFind === undefined) totals.add(one.judged, one.run);
    };
    const judged = existsSync(history) ? await judgeHistory(history, start, undefined, onRun) : [];
    played += judged.length;
    judgedByShard.push({ shard, judged, first });
  }
  findings.close();
  const starts = existsSync(history) ? runStarts(history) : [];
  const merged = judgedByShard.map(({ shard, judged, first }) =>
    sorted(
      shard,
      judged.map((run, n) => ({ ...run, files: filesOf(first + n, starts) })),
    ),
  );

  const { missing, notes } = whatIsMissing(shards, plan);
  const scenarios = inOrder(
    plan,
    merged.flatMap((one) => one.scenarios),
  );
  const controls = controlsOf(
    plan,
    merged.flatMap((one) => one.controls),
  );
  const unplayed = merged.flatMap((one) => one.unplayed);
  const leftOut = [...new Set([...shards.flatMap(({ file }) => file.leftOut), ...unplayed, ...notes])];
  const isIncomplete = unplayed.length > 0 || missing.length > 0;
  const report: Report = {
    schema: 1,
    result: resultOf(controls, scenarios, { isIncomplete }),
    seed: plan.seed,
    durationMs: Math.max(0, ...shards.map((shard) => Number(reportOf(shard).durationMs) || 0)),
    controls,
    scenarios,
    ...totalsIn(totals),
    shards: {
      of: plan.shards,
      missing,
      parts: shards.map(({ file }) => ({ index: file.shard.index, machine: file.machine })),
      version: plan.version,
      ...whereAndWhen(shards),
    },
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
  await writeReport(report, out);
  return { ...report, out };
}

/** All that a merge, and its command, writes: what an older one left must not be taken for this one's. */
const written = [
  ...[historyName, findingsName, 'report.json', 'report.html', 'summary.md'],
  ...['junit.xml', 'results.tap'],
];

function filesOf(run: number, starts: readonly number[]): RunFiles {
  return { history: historyName, findings: findingsName, run, start: starts[run] ?? 0 };
}

/** Adds a history to another, but for a last line that was cut: in the middle of a file it would be no event. */
async function append(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  async function* wholeLines(): AsyncGenerator<string> {
    for await (const { lines, isCut } of readChunks(from))
      if (!isCut && lines.length > 0) yield `${lines.join('\n')}\n`;
  }
  await pipeline(wholeLines, createWriteStream(to, { flags: 'a' }));
}

/** What one shard has played, by what its plan says. @throws UsageError if it has played something else */
function sorted(
  { directory, file }: GivenShard,
  judged: readonly (JudgedRun & { files: RunFiles })[],
): { scenarios: ScenarioReport[]; controls: ControlReport[]; unplayed: string[] } {
  const where = `by shard ${file.shard.index} of ${file.shard.of}`;
  const left = [...file.units];
  const scenarios = judged
    .filter(({ mustFind }) => mustFind === undefined)
    .map((run) => {
      const at = left.findIndex((unit) => isOf(unit, run));
      const [unit] = at < 0 ? [] : left.splice(at, 1);
      if (!unit)
        throw new UsageError(
          `${directory} has played what is not in its plan: ${labelOf(run)}, seed ${run.seed}`,
          'its history.jsonl and its shard.json are not of one run',
        );
      return { ...run, reproduce: unit.reproduce };
    });
  const controls = file.plan.controls.map(({ scenario, target, mustFind }, position) => {
    const attempts = judged.filter(
      (run) => run.mustFind === mustFind && run.scenario === scenario && run.target === target,
    );
    const best = attempts.find(({ counts }) => counts[mustFind] > 0) ?? attempts.at(-1);
    if (!best) return `${labelOf({ scenario, target })}: the planted bug was not played ${where}`;
    const found = best.counts[mustFind] > 0;
    // A shard that was cut short has not looked often enough to be blind.
    if (!found && attempts.length < controlAttempts)
      return `${labelOf({ scenario, target })}: the planted bug was looked for ${attempts.length} of ${controlAttempts} times ${where}`;
    return { ...best, mustFind, found, reproduce: file.controls[position] ?? '' } satisfies ControlReport;
  });
  return {
    scenarios,
    controls: controls.filter((one) => typeof one !== 'string'),
    unplayed: [
      ...controls.filter((one) => typeof one === 'string'),
      ...left.map((unit) => `${labelOf(unit)}: not played ${where}`),
    ],
  };
}

/** In a history, the name of a program is followed by its version. */
function isOf({ scenario, target, repetition, seed }: PlannedUnit, run: JudgedRun): boolean {
  const isTarget = run.target === target || run.target.startsWith(`${target} `);
  return run.scenario === scenario && isTarget && (run.repetition ?? 1) === repetition && run.seed === seed;
}

/** As one machine would have played them. */
function inOrder(plan: RunPlan, scenarios: readonly ScenarioReport[]): ScenarioReport[] {
  const place = (run: ScenarioReport) => plan.units.findIndex((unit) => isOf(unit, run));
  return scenarios
    .map((run) => ({ run, place: place(run), repetition: run.repetition ?? 1 }))
    .sort((a, b) => a.repetition - b.repetition || a.place - b.place)
    .map(({ run }) => run);
}

/** Each machine must have found each planted bug: one that has not stands for all. */
function controlsOf({ controls }: RunPlan, played: readonly ControlReport[]): ControlReport[] {
  return controls.flatMap(({ scenario, target, mustFind }) => {
    const own = played.filter(
      (one) => one.scenario === scenario && one.target === target && one.mustFind === mustFind,
    );
    return own.find(({ found }) => !found) ?? own[0] ?? [];
  });
}

/** A shard beyond the last unit had nothing to run. */
function whatIsMissing(shards: readonly GivenShard[], { shards: of, units }: RunPlan) {
  const given = new Set(shards.map(({ file }) => file.shard.index));
  const missing = Array.from({ length: Math.min(of, units.length) }, (_, n) => n + 1).filter(
    (index) => !given.has(index),
  );
  const notes = missing.map((index) => {
    const own = units.filter((_, position) => position % of === index - 1);
    return `shard ${index} of ${of} is missing: ${counted(own.length, 'run')} not judged (${own.slice(0, 3).map(labelOf).join('; ')}${own.length > 3 ? '; ...' : ''})`;
  });
  return { missing, notes };
}

/** When the first shard began, and the commit of those that name one, where it is the same. */
function whereAndWhen(shards: readonly GivenShard[]): Pick<MergedShards, 'began' | 'commit'> {
  const known = shards.flatMap((shard) => reportOf(shard).environment ?? []);
  const [began] = known.map(({ time }) => time).sort();
  const [commit, ...others] = new Set(known.map((one) => one.commit));
  return defined({ began, commit: others.length === 0 ? commit : undefined });
}

/** What a shard has written of itself, if it came to its end. */
function reportOf({ directory }: GivenShard): Partial<Report> {
  try {
    return JSON.parse(readFileSync(path.join(directory, 'report.json'), 'utf8')) as Partial<Report>;
  } catch {
    return {};
  }
}
