import { defined } from '../../../core/defined.js';
import { lostOf } from '../../../core/lost.js';
import type { Counts, Environment, Machine, MergedShards, Report } from '../../../core/report.js';
import { evidenceLines } from '../../evidence.js';
import { noteLines } from '../../programs.js';
import { shardLines, totalRows } from '../../totals.js';
import { inexactLines, verdictOfAll } from '../../verdict.js';
import type { ScenarioPage, StressPage } from '../data.js';
import { guarantees } from '../guarantees.js';
import { scenarioPage, toneOf } from './scenario.js';

/** Pictures in a page, in all: so it stays below some megabytes. */
const picturesMax = 420;

/** Makes the data of the page of a run. @param out the directory of its report, with the history beside it */
export async function stressPage(report: Report, out: string): Promise<StressPage> {
  const scenarios: ScenarioPage[] = [];
  const ids = idsOf(report);
  for (const [at, run] of report.scenarios.entries()) {
    const start = run.files?.start ?? 0;
    const examplesMax = examplesMaxFor(report.scenarios.length);
    scenarios.push(await scenarioPage(run, { out, id: ids[at] ?? '', start, examplesMax }));
  }
  return {
    ...headOf(report),
    kind: 'stress',
    controls: controlsOf(report),
    totals: report.totals ? totalRows(report.scenarios, report.totals) : null,
    shards: shardLines(report.shards),
    scenarios,
  };
}

/** How many pictures a group has. A scenario seldom has more than a dozen groups. */
export function examplesMaxFor(scenarios: number): number {
  return Math.max(2, Math.min(12, Math.floor(picturesMax / (12 * Math.max(1, scenarios)))));
}

/** What each scenario is called in addresses. */
export function idsOf({ scenarios }: Pick<Report, 'scenarios'>): string[] {
  const used = new Map<string, number>();
  return scenarios.map(({ scenario, target }) => {
    const wanted = `${scenario}-${target}`.replace(/[^\w-]+/g, '-').replace(/^-+|-+$/g, '');
    const times = (used.get(wanted) ?? 0) + 1;
    used.set(wanted, times);
    return times === 1 ? wanted : `${wanted}-${times}`;
  });
}

/** All of a page but its scenarios. */
export function headOf(
  report: Report,
): Omit<StressPage, 'kind' | 'scenarios' | 'controls' | 'totals' | 'shards'> {
  const { result, seed, durationMs, scenarios, controls, leftOut = [], environment, command } = report;
  const runtimes = [...new Set(scenarios.map(({ runtime }) => runtime))].join(', ');
  const targets = [...new Set(scenarios.map(({ target }) => target))].join(', ');
  const { time, runtime, system, cpus, load, commit, version } = environment ?? machinesOf(report.shards);
  return {
    title: `Stress run: ${verdictOfAll(report)}, ${targets}`,
    tone: toneOf(result),
    headline: headlines[result] ?? result,
    meaning: meaningOf(report),
    facts: [
      ['Target', targets],
      ['Seed', String(seed)],
      ['Took', `${(durationMs / 1000).toFixed(1)} s`],
      ['Began', time === undefined ? null : momentOf(time)],
      ['Runtime', runtime ?? (runtimes || null)],
      ['System', system ?? null],
      [
        'Processors',
        cpus === undefined ? null : `${cpus}${load === undefined ? '' : `, load ${load[0]?.toFixed(1)}`}`,
      ],
      [
        'Version',
        version === undefined
          ? null
          : `${version}${commit === undefined ? '' : `, commit ${commit.slice(0, 10)}`}`,
      ],
    ],
    command: command ?? commandOf(report),
    isCommandMade: command === undefined,
    notes: [
      ...inexact(report),
      ...evidenceLines(scenarios),
      ...noteLines(scenarios),
      ...leftOut.map((reason) => `Left out: ${reason}.`),
      ...(controls.length === 0
        ? ['No planted bug was looked for in this run (--no-controls): it did not show that it can see one.']
        : []),
    ],
  };
}

/** What is known of the machines of a merged report: each where it is the same of all. */
function machinesOf(shards: MergedShards | undefined): Partial<Environment> {
  const [first, ...others] = (shards?.parts ?? []).map(({ machine }) => machine);
  const isSame = (pick: (machine: Machine) => unknown) =>
    others.every((machine) => pick(machine) === pick(first as Machine));
  if (first === undefined) return {};
  const { platform, arch, cpus, node } = first;
  return defined({
    time: shards?.began,
    version: shards?.version,
    commit: shards?.commit,
    system: isSame((one) => `${one.platform} ${one.arch}`) ? `${platform} ${arch}` : undefined,
    cpus: isSame((one) => one.cpus) ? cpus : undefined,
    runtime: isSame((one) => one.node) ? `node ${node.replace(/^v/, '')}` : undefined,
  });
}

/** `2026-11-30 06:31:31 UTC` for a time in ISO 8601. */
export function momentOf(time: string): string {
  return time.replace(/^(\S+)T(\d\d:\d\d:\d\d)\S*Z$/, '$1 $2 UTC');
}

const headlines: Readonly<Record<string, string>> = {
  valid: 'All guarantees held',
  invalid: 'A guarantee was violated',
  unknown: 'Nothing was proved',
  blind: 'A planted bug was not found: the harness is blind',
  interrupted: 'Interrupted',
};

function inexact({ scenarios }: Pick<Report, 'scenarios'>): string[] {
  return scenarios.flatMap(inexactLines);
}

function meaningOf({ scenarios, result }: Report): string {
  const sum = (pick: (counts: Counts) => number | undefined) =>
    scenarios.reduce((total, { counts }) => total + (pick(counts) ?? 0), 0);
  const number = (count: number) => count.toLocaleString('en-US');
  const acknowledged = sum(({ acknowledged }) => acknowledged);
  const [lost, torn] = [sum(lostOf), sum(({ torn }) => torn)];
  const faults = sum(
    ({ kills, pauses, corruptions, plants }) => kills + pauses + corruptions + (plants ?? 0),
  );
  const names = Object.keys(guarantees).filter((name) =>
    scenarios.some(({ checks }) => checks[name as keyof typeof checks]?.result === 'invalid'),
  );
  const said = names.map((name) => `${name} ${guarantees[name]?.toLowerCase()}`).join(', ');
  const exact = inexact({ scenarios }).length > 0 ? ' Not all of it was decided exactly.' : '';
  if (result === 'unknown') return 'Too little happened, or not all of it could be judged: this is no pass.';
  if (names.length > 0)
    return `${said}. Of ${number(acknowledged)} acknowledged changes ${number(lost)} are lost${torn > 0 ? `; ${number(torn)} looks or reads found the file torn` : ''}.`;
  return `${number(acknowledged)} changes were acknowledged and none is lost; ${number(sum(({ reads }) => reads))} reads, none torn; ${number(faults)} faults were injected.${exact}`;
}

export function controlsOf({ controls }: Pick<Report, 'controls'>): StressPage['controls'] {
  return controls.map(({ scenario, target, mustFind, found, counts }) => ({
    scenario,
    target,
    what: mustFind,
    count: counts[mustFind],
    found,
  }));
}

/** A command that does the same, where the run did not record its own. */
function commandOf({ scenarios, controls, seed, durationMs }: Report): string {
  const names = (pick: (run: Report['scenarios'][number]) => string) =>
    [...new Set(scenarios.map(pick))].join(',');
  const times = Math.max(1, ...scenarios.map(({ repetition = 1 }) => repetition));
  return [
    'npx holdfast stress',
    ...(controls.length === 0 ? ['--no-controls'] : []),
    `--scenario ${names(({ scenario }) => scenario)} --target ${names(({ target }) => target)}`,
    ...(times > 1 ? [`--repeat ${times}`] : []),
    `--seed ${seed} --duration ${Math.max(1, Math.round(durationMs / 1000))}s`,
  ].join(' ');
}
