import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileGround } from '../explore/execution/ground.js';
import type { ExploreOptions } from '../explore/explore.js';
import { executionOf, strategyOf } from '../explore/plan.js';
import { bundleTarget } from '../explore/process/bundle.js';
import { makeStrategy } from '../explore/search/index.js';
import { search } from '../explore/search/search.js';
import { inTurn } from '../explore/sim/in-turn.js';
import { SimPool } from '../explore/sim/sim-pool.js';
import { applyTo, type Mutant } from './mutant.js';
import { project } from './sandbox.js';
import { executionsMax, searches } from './searches.js';

/** What a search of a mutant has found first. */
export interface FoundBySearch {
  /** The name of the search. */
  search: string;
  kind: string;
  guarantee: string;
  /** How many executions that took, those of the searches before included. */
  executions: number;
}

const target = path.join(project, 'harness/targets/hardened.ts');

/** True for one of the store: of tokens, guard and etcd no client of a search uses anything. */
export function isSearchable({ file }: Mutant): boolean {
  return /^src\/(store|surroundings)\/(?!backend\/)/.test(file);
}

/**
 * Searches the store with a mutant in it, in simulation, by every search until one finds something.
 * @param mutant without one, the store as it is
 */
export async function searchBySimulation(mutant?: Mutant): Promise<FoundBySearch | undefined> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-mutant-'));
  const bundle = path.join(directory, 'mutant.cjs');
  const changed = mutant && path.join(project, mutant.file);
  try {
    await bundleTarget(new URL(`file://${target}`).href, bundle, {
      isSimulated: true,
      edit: (place, text) => (mutant && place === changed ? applyTo(text, mutant) : text),
    });
    return await inTurn(() => searchAll(bundle));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function searchAll(bundle: string): FoundBySearch | undefined {
  let executions = 0;
  for (const { name, options } of searches) {
    const { failure, made } = searchOnce(bundle, options);
    executions += made;
    if (failure) return { search: name, kind: failure.kind, guarantee: failure.guarantee, executions };
  }
  return undefined;
}

function searchOnce(bundle: string, options: ExploreOptions) {
  const execution = executionOf(options, 'hardened');
  const strategy = makeStrategy(strategyOf(options, execution), { index: 0, of: 1 });
  const pool = new SimPool({ bundle, module: target, label: 'hardened', options: {} });
  const ground = fileGround(execution.program);
  const isDamaged = options.damage !== undefined;
  pool.ground = isDamaged ? pool.surveyForDamage({ ...execution, label: 'hardened' }, ground) : ground;
  const { failures, executions, uncontrolled } = search(pool, execution, strategy, {
    executionsMax,
    durationMsMax: Number.POSITIVE_INFINITY,
    stopsAtFirst: true,
    pastSideFindings: 0,
    isStopped: () => false,
  });
  // It does what the simulation does not: that is not what a guarantee says.
  if (uncontrolled) return { failure: undefined, made: executions };
  return { failure: failures[0], made: executions };
}
