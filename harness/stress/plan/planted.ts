import type { Scenario } from '../../core/scenario.js';
import type { TargetSpec } from '../../core/target.js';
import type { Runtimes } from '../../line/runtimes.js';
import { resolveTarget } from '../../targets/index.js';
import type { PlannedRun } from './plan.js';

/** The planted bugs that scenarios bring themselves, each run as the scenario is on the store without the bug. */
export function plantedRuns({
  from,
  runtimes,
  tested,
  targets,
  seed,
}: {
  from: string;
  runtimes: Runtimes;
  tested: readonly Scenario[];
  targets: readonly TargetSpec[];
  seed: number;
}): PlannedRun[] {
  return tested.flatMap((scenario) =>
    (scenario.planted ?? [])
      .map((bug) => ({ ...bug, target: resolveTarget(bug.target, from) }))
      .filter(({ target: { module } }) => targets.some((one) => one.module === module))
      .map(({ target, mustFind, workMs }) => {
        const { clients, workload } = scenario;
        return { scenario, target, repetition: 1, seed, runtimes, clients, workload, workMs, mustFind };
      }),
  );
}
