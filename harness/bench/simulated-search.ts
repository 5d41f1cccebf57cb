import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { executionOf, strategyOf } from '../explore/plan.js';
import { bundleTarget } from '../explore/process/bundle.js';
import type { ExploreOptions } from '../explore/search/explore-options.js';
import { makeStrategy } from '../explore/search/index.js';
import { type Searched, search } from '../explore/search/search.js';
import { inTurn } from '../explore/sim/in-turn.js';
import { SimPool } from '../explore/sim/sim-pool.js';
import { groundFor } from '../explore/workers/ground-for.js';
import { resolveTarget } from '../targets/index.js';

/**
 * Makes so many executions of a search, with nothing remembered at first.
 * @param around is given the search, and measures it
 */
export type Searching = <T>(executions: number, around: (run: () => Searched) => T) => Promise<T>;

/** Gives a search in simulation, in this thread, where it can be measured. */
export async function withSimulatedSearch<T>(
  { target = 'hardened', ...options }: ExploreOptions & { target?: string },
  use: (searching: Searching) => Promise<T>,
): Promise<T> {
  const { module, label, options: own } = resolveTarget(target, process.cwd());
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  try {
    const bundle = path.join(directory, 'simulated.cjs');
    await bundleTarget(module, bundle, { isSimulated: true });
    const setup = { bundle, module, label, options: own };
    const simulated = { ...options, executor: 'sim' } as const;
    const execution = executionOf(simulated, label);
    const strategy = strategyOf(simulated, execution);
    const run = (executionsMax: number) => {
      const pool = new SimPool(setup);
      pool.ground = groundFor(pool, setup, execution);
      const limits = { durationMsMax: Number.POSITIVE_INFINITY, stopsAtFirst: false, pastSideFindings: 0 };
      const led = makeStrategy(strategy, { index: 0, of: 1 });
      return search(pool, execution, led, { ...limits, executionsMax, isStopped: () => false });
    };
    return await use((executions, around) => inTurn(() => around(() => run(executions))));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
