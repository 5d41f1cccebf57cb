import { NothingMatchedError, UsageError } from '../../../src/cli/usage-error.js';
import type { Counts } from '../../core/report.js';
import type { ProfileName, Scenario, Workload } from '../../core/scenario.js';
import type { TargetSpec } from '../../core/target.js';
import { counted } from '../../history/words.js';
import type { Runtimes } from '../../line/runtimes.js';
import { forProgram } from './for-program.js';
import { dealTo, type Shard, unitsOf } from './units.js';

/** One run of one scenario on one target. */
export interface PlannedRun {
  scenario: Scenario;
  target: TargetSpec;
  /** Which run of this scenario on this target, from 1. */
  repetition: number;
  /** Its own. */
  seed: number;
  runtimes: Runtimes;
  clients: Partial<Record<ProfileName, number>>;
  workload: Partial<Workload> | undefined;
  /** How long its clients work, in milliseconds. */
  workMs: number;
  /** The count that must not be zero, if this is a run on a planted bug. */
  mustFind?: keyof Counts;
}

/** What starting the processes and ending them takes, on two cores. It comes out of the run's duration. */
export const overheadMs = 1100;
export const workMsMin = 900;
/** What a command takes before its first run and after its last one. It comes out of a duration that is a bound. */
export const frameMs = 1000;

/** Planted bugs: without them, a green run could mean that the harness is blind. Each gets the time to be found in nearly any run. */
export const controls: readonly {
  scenario: string;
  target: string;
  workMs: number;
  mustFind: keyof Counts;
}[] = [
  { scenario: 'two-terminals', target: 'naive', workMs: 800, mustFind: 'lost' },
  { scenario: 'pause', target: 'textbook?stale=2000', workMs: 4200, mustFind: 'lost' },
  { scenario: 'token-create-delete-churn', target: 'rename-only', workMs: 900, mustFind: 'resurrected' },
];

/** A control that finds nothing is run again, beyond the run's duration, before the harness is called blind. */
export const controlAttempts = 3;

export interface PlanInput {
  scenarios: readonly Scenario[];
  targets: readonly TargetSpec[];
  runtimes: Runtimes;
  /** Their time comes out of the duration, too. */
  controls: readonly PlannedRun[];
  durationMs: number;
  /** Nothing comes on top of it. */
  isBound: boolean;
  clients: Partial<Record<ProfileName, number>> | undefined;
  /** Ends each client after so many operations; 0 for no such end. */
  operations: number;
  /** Of the whole run: each unit has one of its own. */
  seed: number;
  /** How many runs of each scenario on each target. */
  repeat: number;
  shard: Shard;
  /** Picks some of them. Default: all. */
  only?: (scenario: Scenario, target: string) => boolean;
  /** Leaves out what means nothing on its target. Default: all mean something. */
  isMeant?: (run: { scenario: Scenario; target: TargetSpec }) => boolean;
}

/**
 * A shard's units, each with its share of the duration.
 * @throws UsageError if there is too little of it, or nothing to run
 */
export function plan({
  scenarios,
  targets,
  runtimes,
  controls,
  durationMs,
  isBound,
  clients,
  operations,
  seed,
  repeat,
  shard,
  only = () => true,
  isMeant = () => true,
}: PlanInput): PlannedRun[] {
  const wanted = pairsOf({ scenarios, targets, only });
  if (wanted.length === 0)
    throw new NothingMatchedError('no scenario matches', 'see: holdfast stress --list');
  const units = dealTo(shard, unitsOf(wanted, repeat, seed));
  if (units.length === 0) {
    throw new NothingMatchedError(`part ${shard.index} of ${shard.of} has no scenario`, 'give fewer parts');
  }
  const meant = units.filter(isMeant);
  const weights = weightsOf(meant);
  const controlsMs = controls.reduce((sum, { workMs }) => sum + workMs + overheadMs, 0);

  const aroundMs = controlsMs + (isBound ? frameMs : 0);
  const neededMs = aroundMs + weights * (workMsMin + overheadMs);
  if (durationMs < neededMs) {
    const needed = `${Math.ceil(neededMs / 1000)}s`;
    const runs = counted(meant.length, repeat > 1 ? 'run' : 'scenario');
    const work = controls.length > 0 ? `${counted(controls.length, 'control')} and ${runs}` : runs;
    const fewer = controls.length > 0 ? 'fewer scenarios, or --no-controls' : 'or fewer scenarios';
    throw new UsageError(
      `a duration of ${durationMs / 1000}s is too short for ${work}`,
      `give --duration ${needed} or more, ${fewer}`,
    );
  }
  const shareMs = (durationMs - aroundMs) / weights;
  return meant.map(({ scenario, target, repetition, seed: own }) => {
    const { workload, clients: cast } = target.program
      ? forProgram(scenario, target.program)
      : { workload: scenario.workload, clients: scenario.clients };
    return {
      scenario,
      target,
      repetition,
      seed: own,
      runtimes,
      clients: clients ?? cast,
      workload: operations > 0 ? { ...workload, operationsMax: operations } : workload,
      workMs: Math.round(shareMs * weightOf(scenario)) - overheadMs,
    };
  });
}

const weightOf = ({ weight = 1 }: Scenario) => weight;

function weightsOf(runs: readonly { scenario: Scenario }[]): number {
  return runs.reduce((sum, { scenario }) => sum + weightOf(scenario), 0);
}

/** On a busy machine processes take so many times as long to start and to end. */
const busyTimes = 3;

/** @returns what is to be said before runs whose duration is a bound that a busy machine has too little of, if it is one */
export function tightLine(runs: readonly PlannedRun[], durationMs: number): string | undefined {
  const tested = runs.filter(({ mustFind }) => mustFind === undefined);
  const sharesMs = tested.reduce((sum, { workMs }) => sum + workMs + overheadMs, 0);
  const busyMs = weightsOf(tested) * (workMsMin + busyTimes * overheadMs);
  if (sharesMs >= busyMs) return undefined;
  const enough = `${Math.ceil((durationMs - sharesMs + busyMs) / 1000)}s`;
  const given = `--duration ${durationMs / 1000}s`;
  const what = tested.length === 1 ? 'the run may see' : 'runs may be left out, or see';
  return `${given} has no time to spare: on a busy machine ${what} too little. Give ${enough} there, or --patience 20s, too.`;
}

/** Each scenario on each target, as far as it is wanted. */
export function pairsOf({
  scenarios,
  targets,
  only = () => true,
}: Pick<PlanInput, 'scenarios' | 'targets' | 'only'>): { scenario: Scenario; target: TargetSpec }[] {
  return scenarios
    .flatMap((scenario) => targets.map((target) => ({ scenario, target })))
    .filter(({ scenario, target }) => only(scenario, target.label));
}
