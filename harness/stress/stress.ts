import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { judgeHistory } from '../check/judge-history.js';
import type { ControlReport, Counts, Report, RunResult, ScenarioReport } from '../core/report.js';
import { worstOf } from '../core/verdict.js';
import type { Probed } from '../history/evidence.js';
import { claimDirectory } from '../line/sandbox.js';
import { writeReport } from '../report/write-report.js';
import { sizedFor } from './plan/for-program.js';
import { type FilledOptions, fillOptions, type StressOptions } from './plan/options.js';
import { controlAttempts, type PlannedRun } from './plan/plan.js';
import { meaningful, Probes } from './probe-all.js';
import { reproduceCommand } from './reproduce.js';
import { runScenario } from './run-scenario.js';

/**
 * Runs scenarios on targets with real processes, judges their histories and writes the report.
 * @throws UsageError if a scenario, target, client or directory is not what it should be
 */
export async function stress(options: StressOptions = {}): Promise<Report & { out: string }> {
  const filled = await fillOptions(options);
  const { seed, signal, onProgress } = filled;
  const out = claimDirectory(filled.out);
  // A directory may be used again; what an older run left in it must not be taken for this one's.
  for (const name of ['history.jsonl', 'report.json', 'report.html', 'summary.md'])
    rmSync(path.join(out, name), { force: true });
  const probes = await Probes.make(filled, path.join(out, 'work'));
  const { runs: planned, leftOut } = meaningful(filled, probes);
  const runs = filled.isSized ? planned : planned.map((run) => sizedFor(probes.of(run), run));

  const started = performance.now();
  const controls: ControlReport[] = [];
  const scenarios: ScenarioReport[] = [];
  for (const [position, run] of runs.entries()) {
    if (signal.aborted) break;
    const isControl = run.mustFind !== undefined;
    const label = `${run.scenario.name} on ${run.target.label}`;
    onProgress({ type: 'begin', label, isControl, position, of: runs.length });
    let report: ScenarioReport;
    if (run.mustFind) {
      const control = await findPlanted(run, probes.of(run), run.mustFind, filled, out, label);
      controls.push(control);
      report = control;
    } else {
      report = await runAndJudge(run, probes.of(run), filled, out, label);
      scenarios.push(report);
    }
    onProgress({ type: 'end', label, isControl, report });
  }

  const durationMs = Math.round(performance.now() - started);
  const result = resultOf(controls, scenarios, signal.aborted);
  const report: Report = {
    schema: 1,
    result,
    seed,
    durationMs,
    controls,
    scenarios,
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
  await writeReport(report, out);
  return { ...report, out };
}

/** A race is a matter of chance: only one that stays unfound, run after run, says that the harness can't see it. */
async function findPlanted(
  run: PlannedRun,
  probed: Probed,
  mustFind: keyof Counts,
  filled: FilledOptions,
  out: string,
  label: string,
): Promise<ControlReport> {
  for (let attempt = 1; ; attempt++) {
    const report = await runAndJudge(run, probed, { ...filled, seed: filled.seed + attempt - 1 }, out, label);
    const found = report.counts[mustFind] > 0;
    if (found || attempt === controlAttempts || filled.signal.aborted) return { ...report, mustFind, found };
  }
}

async function runAndJudge(
  run: PlannedRun,
  probed: Probed,
  { seed, signal, onProgress }: FilledOptions,
  out: string,
  label: string,
): Promise<ScenarioReport> {
  const { scenario, target, runtimes, clients, workload, workMs } = run;
  const history = path.join(out, 'history.jsonl');
  const start = statSync(history, { throwIfNoEntry: false })?.size ?? 0;
  const begun = performance.now();
  await runScenario({
    scenario,
    target,
    probed,
    runtimes,
    clients,
    workload,
    workMs,
    seed,
    signal,
    history,
    directory: path.join(out, 'work'),
    onProgress: ({ acknowledged, faults }) =>
      onProgress({ type: 'work', label, elapsedMs: performance.now() - begun, workMs, acknowledged, faults }),
  });

  const [judged] = await judgeHistory(history, start);
  if (!judged) throw new Error(`${history} has no record of ${label}`);
  return { ...judged, reproduce: reproduceCommand(run, seed, command) };
}

/** How this very command is called: by this project's own script, or as an installed package. */
const command = process.env.npm_package_name === 'holdfast' ? 'npm run stress --' : 'npx holdfast stress';

/** A violation that was found is one, even where the harness is blind to others. */
function resultOf(controls: ControlReport[], scenarios: ScenarioReport[], interrupted: boolean): RunResult {
  if (interrupted) return 'interrupted';
  const result = worstOf(scenarios.map((scenario) => scenario.result));
  const isBlind = controls.some(({ found }) => !found);
  return isBlind && result !== 'invalid' ? 'blind' : result;
}
