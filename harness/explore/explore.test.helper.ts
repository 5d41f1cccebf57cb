import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, TestRunner } from 'vitest';

import type { Evidence } from '../history/evidence.js';
import type * as Built from './built.test.helper.js';
import { type ExecutionOptions, noFaults } from './execution/executed.js';
import { parseProgram } from './schedule/program.js';
import type { ExploreOptions } from './search/explore-options.js';
import type { Searched } from './search/search.js';
import { inTurn } from './sim/in-turn.js';

export { inTurn };

/** As it is shipped: client processes load the gate from there. */
const built = new URL('../../dist/harness/explore/built.test.helper.js', import.meta.url).href;
const {
  bundleTarget,
  GatedPool,
  SimPool,
  explore: exploreBuilt,
  executionOf,
  groundFor,
  strategyOf,
  subjectOf,
  ...rest
} = (await import(built)) as typeof Built;
export const { confirmBare, doubtMemories, follow, makeStrategy, RandomWalk, replaySchedule, search } = rest;

/**
 * In one thread, unless told otherwise: another test file runs beside, and two that wait for each other's turns take longer. And
 * also with one writer: most tests are about the search, and not about what it finds.
 */
export const explore: typeof Built.explore = (options) =>
  exploreBuilt({ threads: 1, oneWriter: true, ...options });

export const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

const hasStrace = spawnSync('strace', ['-f', 'true']).status === 0;

/** Ends a test as skipped where strace is missing. What comes before proves what can be proved without it. */
export function needsStrace(): void {
  if (!hasStrace)
    TestRunner.getCurrentTest()?.context.skip(
      'strace is not to be had here: its part of the rule is untried',
    );
}

export function optionsFor(program: string, more: Partial<ExecutionOptions> = {}): ExecutionOptions {
  return {
    ...{ program: parseProgram(program), faults: noFaults, seed: 1, details: true, killsForReal: false },
    ...{ skipsKnownAudits: false, label: 'target', ...more },
  };
}

/** A place for executions of a fixture, a target that ships or the module at an absolute path, gone when the tests of the file are over. */
export async function poolFor(name: string, isFresh = false): Promise<Built.GatedPool> {
  const { directory, bundle, setup } = await placeFor(name, isFresh ? 'none' : 'gated');
  const pool = new GatedPool(directory, { ...setup, ...(isFresh ? {} : { bundle }) }, isFresh);
  afterAll(() => {
    pool.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return pool;
}

/** The same, where clients are virtual processes. @param usesMemo false where every program is run from the beginning each time */
export async function simPoolFor(name: string, usesMemo = true): Promise<Built.SimPool> {
  const { directory, bundle, setup } = await placeFor(name, 'simulated');
  const pool = new SimPool({ ...setup, bundle }, { usesMemo });
  rmSync(directory, { recursive: true, force: true });
  return pool;
}

async function placeFor(label: string, bundled: Bundled) {
  const [name = '', query = ''] = label.split('?');
  const options = Object.fromEntries(new URLSearchParams(query));
  const shipped = new URL(`../../dist/harness/targets/${name}.js`, import.meta.url);
  const fixtures = new URL('./fixtures/', import.meta.url);
  const module = name.includes('.') ? new URL(name, fixtures).href : shipped.href;
  return { ...(await placeOf(module, bundled)), setup: { module, label, options } };
}

type Bundled = 'none' | 'gated' | 'simulated';

async function placeOf(module: string, bundled: Bundled) {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-explore-test-'));
  const bundle = path.join(directory, 'target.cjs');
  if (bundled !== 'none') await bundleTarget(module, bundle, { isSimulated: bundled === 'simulated' });
  return { directory, bundle };
}

/**
 * The search of `explore` by itself, in simulation and in the thread of the test: nothing is confirmed on real processes, made small,
 * explained or audited. For rules about the search and what it finds, and not about the report of it.
 * @throws Error if the target does what is not simulated, or is no store: no real processes are searched in its place
 */
export async function searchSimulated(
  options: ExploreOptions,
): Promise<Searched & { evidence: Evidence['of'] }> {
  const { label, subject } = subjectOf(options);
  if (!('module' in subject)) throw new Error('a program is not simulated');
  const { directory, bundle } = await placeOf(subject.module, 'simulated');
  const setup = { module: subject.module, label, options: subject.options, bundle };
  const simulated = { ...options, executor: 'sim' } as const;
  const execution = executionOf(simulated, label);
  const planned = strategyOf(simulated, execution);
  const limits = {
    ...{ executionsMax: planned.schedulesMax, durationMsMax: Number.POSITIVE_INFINITY },
    ...{ stopsAtFirst: options.stopAtFirst ?? true, pastSideFindings: planned.hasFaults ? 500 : 0 },
  };
  try {
    return await inTurn(() => {
      const pool = new SimPool(setup);
      pool.ground = groundFor(pool, setup, execution);
      const strategy = rest.makeStrategy(planned, { index: 0, of: 1 });
      const found = rest.search(pool, execution, strategy, { ...limits, isStopped: () => false });
      const { noStore, obstacle } = pool.ground;
      // What proves nothing may not pass for a search that found nothing.
      const why = found.uncontrolled?.sentence ?? noStore ?? obstacle;
      if (why !== undefined) throw new Error(why);
      return { ...found, evidence: pool.ground.evidence.of };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
