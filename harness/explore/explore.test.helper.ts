import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, TestRunner } from 'vitest';

import type { Evidence } from '../history/evidence.js';
import type * as Built from './built.test.helper.js';
import type { Replayed, ScheduleFile } from './evidence/exploration.js';
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
export const exploreByDefault: typeof Built.explore = (options) =>
  exploreBuilt({ threads: 1, oneWriter: true, ...options });

/** The same by real processes, unless told otherwise: what needs none of these is searched by `searchSimulated`. */
export const explore: typeof Built.explore = (options) =>
  exploreByDefault({ executor: 'process', ...options });

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
  const setup = setupOf(name);
  const bundle = isFresh ? {} : { bundle: await bundled(setup.module, 'gated') };
  const directory = newPlace();
  const pool = new GatedPool(directory, { ...setup, ...bundle }, isFresh);
  afterAll(() => {
    pool.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return pool;
}

/** The same, where clients are virtual processes. @param usesMemo false where every program is run from the beginning each time */
export async function simPoolFor(name: string, usesMemo = true): Promise<Built.SimPool> {
  const setup = setupOf(name);
  return new SimPool({ ...setup, bundle: await bundled(setup.module, 'simulated') }, { usesMemo });
}

function setupOf(label: string) {
  const [name = '', query = ''] = label.split('?');
  const options = Object.fromEntries(new URLSearchParams(query));
  const shipped = new URL(`../../dist/harness/targets/${name}.js`, import.meta.url);
  const fixtures = new URL('./fixtures/', import.meta.url);
  const module = name.includes('.') ? new URL(name, fixtures).href : shipped.href;
  return { module, label, options };
}

const newPlace = () => mkdtempSync(path.join(tmpdir(), 'holdfast-explore-test-'));

/** Each target is put into one script once, for all files that this worker runs: the scripts go with the directory of the run. */
const scripts = new Map<string, Promise<string>>();

function bundled(module: string, where: 'gated' | 'simulated'): Promise<string> {
  const key = `${where} ${module}`;
  const script = scripts.get(key) ?? bundle(module, where === 'simulated');
  scripts.set(key, script);
  return script;
}

async function bundle(module: string, isSimulated: boolean): Promise<string> {
  const script = path.join(newPlace(), 'target.cjs');
  await bundleTarget(module, script, { isSimulated });
  return script;
}

type FoundAlone = Searched & { evidence: Evidence['of'] };

/**
 * The search of `explore` by itself, in simulation and in the thread of the test: nothing is confirmed on real processes, made small,
 * explained or audited. For rules about the search and what it finds, and not about the report of it.
 * @throws Error if the target does what is not simulated, or is no store: no real processes are searched in its place
 */
export async function searchSimulated(options: ExploreOptions): Promise<FoundAlone> {
  const setup = await setupFor(subjectOf(options), 'simulated');
  return inTurn(() => searchAlone(new SimPool(setup), setup, { ...options, executor: 'sim' }));
}

/** The same of real processes, for a target that is not simulated, or where it is compared with its simulation. */
export async function searchProcesses(options: ExploreOptions): Promise<FoundAlone> {
  const setup = await setupFor(subjectOf(options), 'gated');
  const directory = newPlace();
  const pool = new GatedPool(directory, setup);
  try {
    return searchAlone(pool, setup, { ...options, executor: 'process' });
  } finally {
    pool.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

type ModuleSetup = Awaited<ReturnType<typeof setupFor>>;

async function setupFor({ label, subject }: ReturnType<typeof subjectOf>, where: 'gated' | 'simulated') {
  if (!('module' in subject)) throw new Error('a program is no module');
  const { module, options } = subject;
  return { module, label, options, bundle: await bundled(module, where) };
}

function searchAlone(
  pool: Built.SimPool | Built.GatedPool,
  setup: ModuleSetup,
  options: ExploreOptions,
): FoundAlone {
  const execution = executionOf(options, setup.label);
  const planned = strategyOf(options, execution);
  const limits = {
    ...{ executionsMax: planned.schedulesMax, durationMsMax: Number.POSITIVE_INFINITY },
    ...{ stopsAtFirst: options.stopAtFirst ?? true, pastSideFindings: planned.hasFaults ? 500 : 0 },
  };
  pool.ground = groundFor(pool, setup, execution);
  const strategy = rest.makeStrategy(planned, { index: 0, of: 1 });
  const found = rest.search(pool, execution, strategy, { ...limits, isStopped: () => false });
  const { noStore, obstacle } = pool.ground;
  // What proves nothing may not pass for a search that found nothing.
  const why = found.uncontrolled?.sentence ?? (found.failures.length > 0 ? undefined : (noStore ?? obstacle));
  if (why !== undefined) throw new Error(why);
  return { ...found, evidence: pool.ground.evidence.of };
}

/**
 * Runs a schedule again as `replaySchedule` does it in simulation, in the thread of the test: a start of another takes longer than
 * most schedules.
 */
export async function replaySimulated(
  file: ScheduleFile,
  { target, times = 2 }: { target?: string; times?: number } = {},
): Promise<Replayed> {
  const subject = rest.subjectOfReplay(file, target === undefined ? {} : { target });
  const setup = await setupFor(subject, 'simulated');
  return inTurn(() => {
    const pool = new SimPool(setup);
    const { faults, conditions } = file;
    const { label } = setup;
    const program = parseProgram(file.program);
    pool.ground = groundFor(pool, setup, { program, faults, ...(conditions ? { conditions } : {}) });
    const task = { file, times, lenient: label !== file.target };
    return rest.replay({ quick: pool, fresh: pool, isSimulated: true }, task, label, (place) => place, 'sim');
  });
}
