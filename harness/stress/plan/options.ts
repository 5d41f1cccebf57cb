import { randomInt } from 'node:crypto';
import path from 'node:path';
import { NothingMatchedError, UsageError } from '../../../src/cli/usage-error.js';
import type { Progress } from '../../core/progress.js';
import type { RuntimeChoice } from '../../core/runtime.js';
import type { ProfileName, Scenario } from '../../core/scenario.js';
import type { TargetSpec } from '../../core/target.js';
import { findRuntimes, onNode, type Runtimes } from '../../line/runtimes.js';
import type { Specification } from '../../programs/specification.js';
import { resolveTarget } from '../../targets/index.js';
import { resolveProgram } from '../../targets/program/find.js';
import { targetMsDefault } from '../probe-target.js';
import { checkClients, checkScenario } from './check-scenario.js';
import { fitting, needsNode, subjectOfAll } from './fitting.js';
import { scenarioOfPrograms } from './for-program.js';
import { controls, type PlanInput, type PlannedRun, pairsOf, plan } from './plan.js';
import { plantedRuns } from './planted.js';
import { findScenarios } from './registry.js';
import type { Shard } from './units.js';

/** What `stress` runs. */
export interface StressOptions {
  /** Names, paths of modules, or scenarios themselves. Default: all that ship with the harness. */
  scenarios?: readonly (string | Scenario)[];
  /** Picks some of the scenarios on some of the targets, which it gets by their names or paths. Default: all. */
  only?: (scenario: Scenario, target: string) => boolean;
  /** Names or paths of modules. Default: `hardened`, where no program is named. */
  targets?: readonly string[];
  /** Executables, or servers: names of specifications that ship, paths of specifications, or specifications themselves. */
  programs?: readonly (string | Specification)[];
  /** What the clients run on. Default: node. */
  runtime?: RuntimeChoice;
  /** How many of which client, instead of the scenario's own. */
  clients?: Partial<Record<ProfileName, number>>;
  /**
   * Ends each client after so many operations, and the run with them. Default: they go on until the time is over. Of a program,
   * where no time is given either: as many as fit alone into it, at least 10 and at most 500.
   */
  operations?: number;
  /**
   * Bounds the whole run, judging included, in milliseconds. What has no time left is left out, and a scenario in which too little has
   * happened is inconclusive. Default 55000, which is no bound: see `patienceMs`.
   */
  durationMs?: number;
  /**
   * How much longer than `durationMs` the scenarios may take, all together, where too little has happened, in milliseconds. Then nothing
   * is left out, and trying the targets before comes on top, too. Default: 20000 without `durationMs`, and otherwise none.
   */
  patienceMs?: number;
  /** When the command began, on the clock of `performance.now()`. Default: now. */
  begunMs?: number;
  /**
   * How long a target, alone in a process, may take to open, set, get and remove before it is refused, in milliseconds.
   * Default 40000: real programs take ten seconds to load.
   */
  targetMs?: number;
  /** A whole number from 0. Default: drawn, and in the report. */
  seed?: number;
  /** How many runs of each scenario on each target, each with a seed of its own. Default 1. */
  repeat?: number;
  /** The run's own directory. Default: a new one in `reports`. */
  out?: string;
  /** Whether to find the planted bugs first. Default true. */
  controls?: boolean;
  /**
   * Which part of the runs to make, for several machines. All parts need the same seed; `merge` makes one report of theirs.
   * Default 1 of 1.
   */
  shard?: Shard;
  /** The command that was typed, if one was, without its secrets: the report has it. */
  command?: string;
  /** Ends the run: its processes are killed, its report says `interrupted`. */
  signal?: AbortSignal;
  /** Called as the run goes on. */
  onProgress?: (progress: Progress) => void;
}

/** The same, with every question answered: nothing later asks what a missing option means. */
export interface FilledOptions {
  runs: PlannedRun[];
  targets: TargetSpec[];
  runtimes: Runtimes;
  leftOut: string[];
  seed: number;
  repeat: number;
  shard: Shard;
  /** What all shards together run, each repeated. */
  pairs: { scenario: Scenario; target: TargetSpec }[];
  /** What is the same in all scenarios, whatever they say. */
  overrides: { clients: Partial<Record<ProfileName, number>> | null; operations: number };
  durationMs: number;
  /** What all runs may take on top where too little has happened. Undefined where the duration is a bound. */
  patienceMs: number | undefined;
  /** How long a target may take alone for what a probe asks of it. */
  targetMs: number;
  /** The user has said how long a run is, or how much of it there is. */
  isSized: boolean;
  /** The same plan without the runs that mean nothing on their targets: their time is shared among the others. */
  replan: (isMeant: NonNullable<PlanInput['isMeant']>) => PlannedRun[];
  out: string;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** @throws UsageError if a scenario, target, client or duration is not what it should be */
export async function fillOptions(options: StressOptions): Promise<FilledOptions> {
  const { clients, operations = 0, durationMs = 55_000, repeat = 1, shard = { index: 1, of: 1 } } = options;
  const { targetMs = targetMsDefault } = options;
  const { patienceMs: patience = options.durationMs === undefined ? patienceMsDefault : 0 } = options;
  const seed = options.seed ?? randomInt(2 ** 31);
  checkNumbers({ operations, durationMs, seed, targetMs, repeat, patienceMs: patience });
  const patienceMs = patience || undefined;
  if (repeat === 0) throw new UsageError('repeat is 0', 'expected a whole number from 1');
  checkShard(shard);
  if (clients) checkClients(clients, '--clients', subjectOfAll(clients));
  const from = process.cwd();
  const { programs = [] } = options;
  const wanted = options.scenarios ?? (programs.length > 0 ? [scenarioOfPrograms] : []);
  const found = await findScenarios(wanted, from);
  for (const scenario of found) checkScenario(scenario);
  const labels = options.targets ?? (programs.length > 0 ? [] : ['hardened']);
  const targets = [
    ...labels.map((label) => resolveTarget(label, from)),
    ...programs.map((program) => resolveProgram(program, from)),
  ];
  const { runtime = 'node' } = options;
  for (const target of targets) checkTarget(target, runtime);
  const { only = () => true } = options;
  const isPicked = (scenario: Scenario) => targets.some(({ label }) => only(scenario, label));
  const { scenarios, leftOut } = fitting(found.filter(isPicked), {
    runtime,
    targets,
    clients,
    isNamed: wanted.length > 0,
  });
  if (scenarios.length === 0 && leftOut[0] !== undefined)
    throw new NothingMatchedError(`no scenario is left: ${leftOut[0]}`, 'see: holdfast stress --list');
  const runtimes = await findRuntimes(runtime);
  const controlRuns =
    options.controls === false
      ? []
      : [
          ...(await planControls(from, runtimes, scenarios, seed)),
          ...plantedRuns({ from, runtimes, tested: scenarios, targets, seed }),
        ];
  const replan: FilledOptions['replan'] = (isMeant) => [
    ...controlRuns,
    ...plan({
      scenarios,
      targets,
      runtimes,
      controls: controlRuns,
      durationMs,
      isBound: patienceMs === undefined,
      clients,
      operations,
      seed,
      repeat,
      shard,
      only,
      isMeant,
    }),
  ];
  return {
    runs: replan(() => true),
    replan,
    targetMs,
    isSized: options.durationMs !== undefined || operations > 0,
    targets,
    runtimes,
    leftOut,
    seed,
    repeat,
    shard,
    overrides: { clients: clients ?? null, operations },
    pairs: pairsOf({ scenarios, targets, only }),
    durationMs,
    patienceMs,
    out: options.out ?? path.join('reports', newRunName(seed)),
    signal: options.signal ?? new AbortController().signal,
    onProgress: options.onProgress ?? (() => {}),
  };
}

/** On a busy machine less happens. */
const patienceMsDefault = 20_000;

/** One line of a plan: what is run, in this order, and for how long. */
export interface PlanEntry {
  scenario: string;
  title: string;
  target: string;
  /** Which run of this scenario on this target, from 1. */
  repetition: number;
  /** Its own; drawn anew each time where none is given for the whole run. */
  seed: number;
  /** A planted bug, which must be found. */
  isControl: boolean;
  /** How long its clients work at least, in milliseconds, if nothing takes longer than it should. */
  workMs: number;
  clients: Partial<Record<ProfileName, number>>;
  faults: string[];
  tags: readonly string[];
}

/** What `stress` would run, without running it. @throws UsageError if a scenario, target, client or duration is not what it should be */
export async function planOf(options: StressOptions): Promise<PlanEntry[]> {
  const { runs } = await fillOptions(options);
  return runs.map(({ scenario, target, repetition, seed, clients, workMs, mustFind }) => ({
    scenario: scenario.name,
    title: scenario.title,
    target: target.label,
    repetition,
    seed,
    isControl: mustFind !== undefined,
    workMs,
    clients,
    faults: (scenario.faults ?? []).map(({ kind }) => kind),
    tags: scenario.tags ?? [],
  }));
}

/** Numbers that come from a program, not from the command line's parser. */
function checkNumbers(numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    // Node's timers know no more milliseconds than this, and fire at once for what is longer.
    if (!Number.isSafeInteger(value) || value < 0 || value > 2 ** 31 - 1) {
      throw new UsageError(`${name} is ${value}`, `expected a whole number from 0 to ${2 ** 31 - 1}`);
    }
  }
}

function checkShard({ index, of }: Shard): void {
  if (Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of) return;
  throw new UsageError(
    `the shard is ${index} of ${of}`,
    'expected whole numbers, the first from 1 to the second',
  );
}

/** A planted bug must be found in each kind of file that is tested: credentials, tokens or both. */
async function planControls(
  from: string,
  chosen: Runtimes,
  tested: readonly Scenario[],
  seed: number,
): Promise<PlannedRun[]> {
  const subjects = new Set(tested.map(({ subject = 'credentials' }) => subject));
  const all = await Promise.all(
    controls.map(async ({ scenario: name, target, workMs, mustFind }) => {
      const [scenario] = await findScenarios([name], from);
      if (!scenario) throw new Error(`the control's scenario ${name} is gone`);
      const { clients, workload } = scenario;
      // That the harness sees what this fault does, and the judge too, can be shown where it can be armed.
      const runtimes = needsNode(scenario) ? onNode : chosen;
      const spec = resolveTarget(target, from);
      const own = { scenario, target: spec, repetition: 1, seed };
      return { ...own, runtimes, clients, workload, workMs, mustFind };
    }),
  );
  return all.filter(({ scenario: { subject = 'credentials' } }) => subjects.has(subject));
}

function checkTarget({ label, module, program }: TargetSpec, runtime: RuntimeChoice): void {
  if (program && runtime !== 'node')
    throw new UsageError(`"${label}" is a program, which runs on what it runs on`, 'leave out --runtime');
  if (runtime === 'node' || !/\.[cm]?tsx?$/.test(module)) return;
  throw new UsageError(
    `target "${label}" is TypeScript, which is loaded on Node only`,
    'build it to JavaScript, or leave out --runtime',
  );
}

/** Sorts by time, and distinguishes two runs of one second. */
function newRunName(seed: number): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return `${time}-${seed}`;
}
