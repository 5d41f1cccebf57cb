import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { findingsName, historyName } from '../check/find-again.js';
import { FindingsFile } from '../check/findings-file.js';
import { judgeHistory } from '../check/judge-history.js';
import { labelOf } from '../core/label.js';
import type { Whole } from '../core/progress.js';
import type { ControlReport, Counts, Environment, Report, ScenarioReport } from '../core/report.js';
import { resultOf } from '../core/result-of.js';
import type { Probed } from '../history/evidence.js';
import { claimDirectory } from '../line/sandbox.js';
import { writeReport } from '../report/write-report.js';
import { Clusters } from './clusters.js';
import { environmentNow } from './environment.js';
import { Budget } from './plan/budget.js';
import { sizedFor } from './plan/for-program.js';
import { type FilledOptions, fillOptions, type StressOptions } from './plan/options.js';
import { controlAttempts, type PlannedRun, tightLine } from './plan/plan.js';
import { meaningful, Probes } from './probe-all.js';
import { reproduceCommand } from './reproduce.js';
import { runScenario } from './run-scenario.js';
import { shardFileName, writeShardFile } from './shards/shard-file.js';
import { Totals, totalsIn } from './totals.js';

/**
 * Runs scenarios on targets with real processes, judges their histories and writes the report.
 * @throws UsageError if a scenario, target, client or directory is not what it should be
 */
export async function stress(options: StressOptions = {}): Promise<Report & { out: string }> {
  const { begunMs: begun = performance.now() } = options;
  const filled = await fillOptions(options);
  const environment = await environmentNow();
  const out = claimDirectory(filled.out);
  // A directory may be used again; what an older run left in it must not be taken for this one's.
  for (const name of [
    'history.jsonl',
    'findings.jsonl',
    'report.json',
    'report.html',
    'summary.md',
    shardFileName,
  ])
    rmSync(path.join(out, name), { force: true });
  const clusters = await Clusters.start(filled.runs);
  try {
    return await stressOn(clusters, filled, { out, environment, begun, command: options.command });
  } finally {
    await clusters.close();
  }
}

/** The same, when the members of all clusters are there. */
async function stressOn(
  clusters: Clusters,
  filled: FilledOptions,
  {
    out,
    environment,
    begun,
    command: typed,
  }: { out: string; environment: Environment; begun: number; command: string | undefined },
): Promise<Report & { out: string }> {
  const { seed, signal, onProgress } = filled;
  const probes = await Probes.make(filled, clusters, path.join(out, 'work'));
  const { runs: planned, leftOut } = meaningful(filled, probes);
  const runs = filled.isSized ? planned : planned.map((run) => sizedFor(probes.of(run), run));
  writeShardFile(out, filled, runs, leftOut, command);

  const { durationMs: plannedMs, patienceMs } = filled;
  // A program that takes ten seconds to load has been asked some times: that comes on top.
  const isOnTop = patienceMs !== undefined || filled.targets.some(({ program }) => program !== undefined);
  const begunMs = isOnTop ? performance.now() : begun;
  const budget = new Budget({ durationMs: plannedMs, begunMs, patienceMs });
  const tight = patienceMs === undefined ? tightLine(runs, plannedMs) : undefined;
  if (tight !== undefined) onProgress({ type: 'note', text: tight });
  const controls: ControlReport[] = [];
  const scenarios: ScenarioReport[] = [];
  const totals = new Totals();
  const late: string[] = [];
  const findings = FindingsFile.append(path.join(out, findingsName));
  let played = 0;
  for (const [position, run] of runs.entries()) {
    if (signal.aborted) break;
    if (run.mustFind === undefined && budget.isTooLateFor(run, performance.now())) {
      late.push(nameOf(run));
      continue;
    }
    const isControl = run.mustFind !== undefined;
    const label = nameOf(run);
    onProgress({ type: 'begin', label, isControl, position, of: runs.length, out });
    const place: Place = {
      label,
      out,
      totals,
      clusters,
      budget,
      left: runs.slice(position),
      findings,
      nextRun: () => played++,
      whole: () => ({
        position,
        of: runs.length,
        elapsedMs: performance.now() - begun,
        durationMs: plannedMs,
      }),
    };
    let report: ScenarioReport;
    if (run.mustFind) {
      const control = await findPlanted(run, probes.of(run), run.mustFind, filled, place);
      controls.push(control);
      report = control;
    } else {
      report = await runAndJudge(run, probes.of(run), filled, place);
      scenarios.push(report);
    }
    onProgress({ type: 'end', label, isControl, report });
  }

  findings.close();
  const durationMs = Math.round(performance.now() - begun);
  const result = resultOf(controls, scenarios, {
    isIncomplete: late.length > 0,
    isInterrupted: signal.aborted,
  });
  const missing = [...leftOut, ...late.map((run) => `${run}: no time was left; give more --duration`)];
  const report: Report = {
    schema: 1,
    result,
    seed,
    durationMs,
    controls,
    scenarios,
    ...totalsIn(totals),
    ...(filled.shard.of > 1 ? { shard: filled.shard } : {}),
    ...(missing.length > 0 ? { leftOut: missing } : {}),
    environment,
    ...(typed === undefined ? {} : { command: typed }),
  };
  await writeReport(report, out);
  return { ...report, out };
}

/** Where in the whole command a run is. */
interface Place {
  label: string;
  /** The command's own directory. */
  out: string;
  totals: Totals;
  clusters: Clusters;
  budget: Budget;
  /** The runs to come, this one first. */
  left: readonly PlannedRun[];
  /** Of all runs. */
  findings: FindingsFile;
  /** The number of the next run in the history. */
  nextRun: () => number;
  whole: () => Whole;
}

/** A race is a matter of chance: only one that stays unfound, run after run, says that the harness can't see it. */
async function findPlanted(
  run: PlannedRun,
  probed: Probed,
  mustFind: keyof Counts,
  filled: FilledOptions,
  place: Place,
): Promise<ControlReport> {
  for (let attempt = 1; ; attempt++) {
    const report = await runAndJudge({ ...run, seed: run.seed + attempt - 1 }, probed, filled, place);
    const found = report.counts[mustFind] > 0;
    if (found || attempt === controlAttempts || filled.signal.aborted) return { ...report, mustFind, found };
  }
}

async function runAndJudge(
  run: PlannedRun,
  probed: Probed,
  { signal, onProgress, patienceMs }: FilledOptions,
  { label, out, totals, clusters, budget, left, findings, nextRun, whole }: Place,
): Promise<ScenarioReport> {
  const { scenario, target, repetition, seed, mustFind, runtimes, clients, workload } = run;
  const history = path.join(out, historyName);
  const start = statSync(history, { throwIfNoEntry: false })?.size ?? 0;
  const begun = performance.now();
  const { workMs, workMsFrom, judgingMs, extraMs } = budget.shareOf(left, begun);
  const played = await runScenario({
    scenario,
    target: clusters.at(target, scenario.conditions),
    cluster: clusters.membersOf(target),
    probed,
    runtimes,
    clients,
    workload,
    workMs,
    workMsFrom,
    judgingMs,
    extraMs: extraMs + (patienceMs === undefined ? 0 : 3 * probed.openMs),
    seed,
    repetition,
    ...(mustFind === undefined ? {} : { mustFind }),
    signal,
    history,
    directory: path.join(out, 'work'),
    onProgress: ({ acknowledged, faults }) =>
      onProgress({
        type: 'work',
        label,
        elapsedMs: performance.now() - begun,
        workMs,
        acknowledged,
        faults,
        whole: whole(),
      }),
  });

  budget.used(played.extraMs);
  budget.framed(run, played);
  onProgress({ type: 'judge', label, events: played.events, whole: whole() });
  const judging = performance.now();
  const number = nextRun();
  const [judged] = await judgeHistory(history, start, undefined, (one) => {
    findings.add(number, one.findings);
    if (mustFind === undefined) totals.add(one.judged, one.run);
  });
  budget.judged(run, played.events, performance.now() - judging);
  if (!judged) throw new Error(`${history} has no record of ${label}`);
  const files = { history: historyName, findings: findingsName, run: number, start };
  const hasSeenTooLittle = judged.checks.coverage?.result === 'unknown';
  return { ...judged, files, reproduce: reproduceCommand(run, command, hasSeenTooLittle) };
}

/** How this very command is called: by this project's own script, or as an installed package. */
const command = process.env.npm_package_name === 'holdfast' ? 'npm run stress --' : 'npx holdfast stress';

function nameOf({ scenario, target, repetition }: PlannedRun): string {
  return labelOf({ scenario: scenario.name, target: target.label, repetition });
}
