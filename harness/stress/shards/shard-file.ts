import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Counts, Machine } from '../../core/report.js';
import type { TargetSpec } from '../../core/target.js';
import { isShipped } from '../../targets/index.js';
import type { FilledOptions } from '../plan/options.js';
import type { PlannedRun } from '../plan/plan.js';
import { type Shard, unitsOf } from '../plan/units.js';
import { reproduceCommand } from '../reproduce.js';

/** One unit of a plan, by name. */
export interface PlannedUnit {
  scenario: string;
  target: string;
  repetition: number;
  seed: number;
}

/** What all shards of a run must have in common: what is to be run, by which version. */
export interface RunPlan {
  version: string;
  seed: number;
  /** How many shards there are. */
  shards: number;
  durationMs: number;
  runtime: string;
  /** What the options say in place of the scenarios. */
  options: FilledOptions['overrides'];
  /** Hashes of the scenarios, and of the modules of targets that do not ship. */
  contents: Record<string, string>;
  controls: { scenario: string; target: string; mustFind: keyof Counts }[];
  units: PlannedUnit[];
}

/** `shard.json`: what a run was to do, written before it does anything. */
export interface ShardFile {
  schema: 1;
  plan: RunPlan;
  shard: Shard;
  /** Its own part of the plan, less what is left out, each with the command that runs it again. */
  units: (PlannedUnit & { reproduce: string })[];
  /** The commands that run its controls again, in their order. */
  controls: string[];
  /** What means nothing on its target, with the reason. */
  leftOut: string[];
  machine: Machine;
}

export const shardFileName = 'shard.json';

export function machineHere(): Machine {
  const { platform, arch, version } = process;
  return { platform, arch, cpus: availableParallelism(), node: version };
}

/** @param runs what will be run, the controls first */
export function writeShardFile(
  directory: string,
  filled: FilledOptions,
  runs: readonly PlannedRun[],
  leftOut: readonly string[],
  command: string,
): void {
  const isControl = ({ mustFind }: PlannedRun) => mustFind !== undefined;
  const own = runs.filter((run) => !isControl(run));
  const file: ShardFile = {
    schema: 1,
    plan: planFor(filled),
    shard: filled.shard,
    units: own.map((run) => ({ ...named(run), reproduce: reproduceCommand(run, command) })),
    controls: runs.filter(isControl).map((run) => reproduceCommand(run, command)),
    leftOut: [...leftOut],
    machine: machineHere(),
  };
  writeFileSync(path.join(directory, shardFileName), `${JSON.stringify(file, null, 2)}\n`);
}

function planFor(filled: FilledOptions): RunPlan {
  const { pairs, repeat, seed, shard, durationMs, runtimes, runs, overrides } = filled;
  const contents = pairs.flatMap(({ scenario, target }) => [
    [`scenario ${scenario.name}`, hashOf(JSON.stringify(scenario))] as const,
    [`target ${target.label}`, contentOf(target)] as const,
  ]);
  return {
    version: versionHere(),
    seed,
    shards: shard.of,
    durationMs,
    runtime: runtimes.choice,
    options: overrides,
    contents: Object.fromEntries(contents),
    controls: runs.flatMap(({ scenario, target, mustFind }) =>
      mustFind === undefined ? [] : [{ scenario: scenario.name, target: target.label, mustFind }],
    ),
    units: unitsOf(pairs, repeat, seed).map(named),
  };
}

function named({
  scenario,
  target,
  repetition,
  seed,
}: Pick<PlannedRun, 'scenario' | 'target' | 'repetition' | 'seed'>): PlannedUnit {
  return { scenario: scenario.name, target: target.label, repetition, seed };
}

/** What names the content of a target. What it imports or runs in turn is not looked at. */
export function contentOf(target: TargetSpec): string {
  if (target.program) return hashOf(JSON.stringify(target.written ?? target.label));
  if (isShipped(target)) return 'ships with this version';
  return hashOf(readFileSync(new URL(target.module)));
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

export function versionHere(): string {
  const { version } = createRequire(import.meta.url)('holdfast/package.json') as { version: string };
  return version;
}
