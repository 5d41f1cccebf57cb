import { accessSync, constants, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { beganMs } from '../../src/cli/began.js';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { interrupted, onInterrupt } from '../../src/cli/interrupt.js';
import { clearLive, printReport, showLive } from '../../src/cli/render.js';
import type * as Harness from '../index.js';
import { loadConfig } from './config.js';
import { reproduceCommand } from './explore-again.js';
import {
  type AllFlags,
  addExploreOptions,
  corpusDefault,
  type Flags,
  outDefault,
} from './explore-options.js';
import { takeProgram } from './program-options.js';
import { SearchTimes } from './search-times.js';
import { shardOf } from './shard.js';
import { commandTyped } from './typed.js';

export function addExplore(program: Command): void {
  const command = program.command('explore').action(run);
  addExploreOptions(command);
}

async function run({ mutants, watch, ...flags }: AllFlags): Promise<void> {
  if (mutants !== undefined) await (await import('./explore-mutants.js')).exploreMutants(mutants);
  else if (watch) await (await import('./explore-watch.js')).searchAgain(flags);
  else await runSearches(flags);
}

async function runSearches({
  target,
  scenario = [],
  json,
  out = outDefault,
  config,
  ...others
}: Omit<AllFlags, 'mutants' | 'watch'>): Promise<void> {
  const { program, rest: flags } = await takeProgram(others);
  const {
    UsageError,
    beginSearchPart,
    environmentNow,
    explorationToTerminal,
    explore,
    saveSchedule,
    seedOf,
    toExploreReport,
    toFlags,
    writeExploreReport,
  } = await import('../index.js');
  const again = ({ id, unconfirmed }: Harness.ExploredFailure) => {
    const where = out === outDefault ? id : path.join(out, 'schedules', `${id}.json`);
    return `${replayCommand} ${where}${unconfirmed?.isOnlySimulated ? ' --executor sim' : ''}`;
  };
  if (program !== undefined && target !== undefined)
    throw new UsageError('--command and --target name two things to search', 'leave one of them out');
  const { targets = ['hardened'] } = program === undefined ? await loadConfig(config) : {};
  const usual = program === undefined ? targets : ['the program'];
  if (flags.until !== undefined && flags.duration !== undefined)
    throw new UsageError('--until and --duration both say how long it takes', 'leave one of them out');
  const searches = await searchesOf(scenario, optionsOf(flags));
  const seedsOf = ({ search, one }: { search: { name: string }; one: string }) => {
    const { repeat, seed = 1, strategy = flags.until === undefined ? 'dpor' : 'pct' } = flags;
    if (repeat === undefined) return [undefined];
    if (strategy !== 'pct' && strategy !== 'random')
      throw new UsageError(
        `--repeat: ${strategy} makes the same executions each time`,
        'give --strategy pct or random',
      );
    return Array.from({ length: repeat }, (_, n) => seedOf(seed, search.name, one, n + 1));
  };
  const planned = searches.flatMap((search) => (target ?? usual).map((one) => ({ search, one })));
  const units = planned.flatMap((unit) => seedsOf(unit).map((seed) => Object.assign({ seed }, unit)));
  try {
    mkdirSync(out, { recursive: true });
    accessSync(out, constants.W_OK);
  } catch {
    throw new UsageError(`nothing can be written into ${out}`, 'name another directory: --out');
  }
  const { shard, ...asked } = flags;
  const endPart = beginSearchPart({
    out,
    shard: shard === undefined ? undefined : shardOf(shard),
    options: { ...asked, program },
    targets: program === undefined ? (target ?? usual) : [],
    searches: units.map(({ search, one, seed = flags.seed ?? 1 }) => ({
      scenario: search.name,
      target: one,
      seed,
    })),
  });
  const times = new SearchTimes(flags.duration ?? flags.until, beganMs(), units.length);
  const signal = onInterrupt();
  const recorded = { environment: await environmentNow(), command: commandTyped(process.argv.slice(2)) };
  const found: { scenario: string; exploration: Harness.Exploration; reproduce: string }[] = [];
  for (const [at, { search, one, seed }] of units.entries()) {
    if (signal.aborted) break;
    const { name, options } = search;
    const durationMs = times.shareOf(units.length - at, performance.now());
    const exploration = await explore({
      ...options,
      ...(program === undefined ? { target: one } : { program }),
      ...(seed === undefined ? {} : { seed }),
      ...(durationMs === undefined ? {} : { durationMs }),
      signal,
      onProgress: (executions) => showLive(`${one}: ${executions} executions`),
      // The summary has it, too.
      onWarning: (sentence) => json && process.stderr.write(`warning: ${sentence}\n`),
    });
    clearLive();
    for (const failure of exploration.failures) saveSchedule(failure, path.join(out, 'schedules'));
    found.push({ scenario: name, exploration, reproduce: reproduceCommand(exploration, toFlags) });
    if (!json) printReport(`${explorationToTerminal(exploration, again, signal.aborted)}\n`);
  }
  const report = toExploreReport(found, recorded);
  await writeExploreReport(report, out, again);
  if (!signal.aborted) endPart();
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (signal.aborted) process.stderr.write(interrupted);
  process.exitCode = signal.aborted ? exitCodes.interrupted : exitCodes[report.result];
}

/** One for each scenario that is named, or one of what the options say. */
async function searchesOf(
  names: readonly string[],
  options: Harness.ExploreOptions,
): Promise<{ name: string; options: Harness.ExploreOptions }[]> {
  if (names.length === 0) return [{ name: 'explore', options }];
  const { findScenarios, fromScenario } = await import('../index.js');
  const scenarios = await findScenarios(names, process.cwd());
  return scenarios.map((one) => ({ name: one.name, options: { ...fromScenario(one), ...options } }));
}

function optionsOf({
  clients,
  processes,
  all,
  duration: _,
  until,
  repeat: __,
  shard,
  ...flags
}: Omit<
  Flags,
  'target' | 'scenario' | 'json' | 'out' | 'config' | 'mutants' | 'watch'
>): Harness.ExploreOptions {
  const many = processes === undefined ? undefined : Array.from({ length: processes }, () => 'set');
  const growing = { strategy: 'pct', schedules: Number.POSITIVE_INFINITY, corpus: corpusDefault } as const;
  return {
    ...(until === undefined ? {} : growing),
    ...flags,
    ...(clients === undefined ? (many ? { clients: many } : {}) : { clients: clients.split('|') }),
    ...(shard === undefined ? {} : { shard: shardOf(shard) }),
    stopAtFirst: !all,
  };
}

/** How this very command is called: by this project's own script, or as an installed package. */
export const replayCommand =
  process.env.npm_package_name === 'holdfast' ? 'npm run replay --' : 'npx holdfast replay';
