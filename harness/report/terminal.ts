import { cutTo, wrapTo } from '../../src/cli/text.js';
import { labelOf } from '../core/label.js';
import type { JudgedRun, Report, RunResult, ScenarioReport } from '../core/report.js';
import { violationsMax } from '../core/report.js';
import { evidenceLines } from './evidence.js';
import { type Group, groupViolations } from './groups.js';
import { controlTable, details, overview, overviewOf } from './markdown.js';
import { noteLines } from './programs.js';
import { inexactLines, isInexact } from './verdict.js';

const verdicts: Record<RunResult, string> = {
  valid: 'All guarantees held.',
  invalid: 'A guarantee was violated.',
  unknown: 'Inconclusive: too little happened, or a check could not be made, so nothing is proved.',
  blind: 'A planted bug was not found: the harness is blind, and a green result would mean nothing.',
  interrupted: 'Interrupted: what is reported is what had been finished.',
};

/** Groups of violations that are told of, and lines of the example of each. */
const groupsMax = 6;
const exampleLinesMax = 2;
const undecidedMax = 5;

/** How much is told, and on how wide a page. */
export interface Telling {
  /** Every violation that the report has, as a table, in place of one sentence for each kind. */
  isVerbose?: boolean;
  /** Columns of the terminal. Default: lines have no end. */
  columns?: number | undefined;
}

/**
 * What a person reads when a run is over: what was run, and last and short what went wrong and the verdict.
 * @param out where the files are
 * @returns Markdown
 */
export function toTerminal(report: Report, out: string, telling: Telling = {}): string {
  const { scenarios, controls, leftOut = [], seed, durationMs } = report;
  return [
    ...(controls.length > 0 ? [controlTable(report)] : []),
    overviewOf(report),
    ...evidenceLines(scenarios),
    ...noteLines(scenarios),
    ...leftOutLines(leftOut),
    ...failures(scenarios, telling),
    ...again(scenarios, out, telling),
    `${verdictLine(report)} Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s. Report: ${out}`,
  ].join('\n\n');
}

/** One line for all that was left out for the same reason. A reason says first what of: `pause on mine: no time was left`. */
function leftOutLines(leftOut: readonly string[]): string[] {
  const names = new Map<string, string[]>();
  for (const reason of leftOut) {
    const [, name = '', why = reason] = /^([^:]+): (.*)$/s.exec(reason) ?? [];
    names.set(why, [...(names.get(why) ?? []), ...(name === '' ? [] : [name])]);
  }
  return [...names].map(([why, those]) => `Left out: ${[those.join(', '), why].filter(Boolean).join(': ')}.`);
}

/** The same for histories that are judged again. */
export function describeRuns(runs: readonly JudgedRun[], telling: Telling = {}): string {
  return [overview(runs), ...evidenceLines(runs), ...noteLines(runs), ...failures(runs, telling)].join(
    '\n\n',
  );
}

/** A green that is less than exact says so where the verdict stands. */
function verdictLine({ result, scenarios }: Report): string {
  const inexact = scenarios.filter(isInexact);
  if (result !== 'valid' || inexact.length === 0) return verdicts[result];
  const where =
    inexact.length === 1 ? `${inexact[0]?.scenario}` : `${inexact.length} of ${scenarios.length} scenarios`;
  return `All guarantees held, but less than exactly in ${where}: see above.`;
}

function failures(runs: readonly (JudgedRun & { reproduce?: string })[], telling: Telling): string[] {
  if (telling.isVerbose) return runs.flatMap((run) => details(run, violationsMax));
  const inexact = runs.filter(({ result }) => result === 'valid').flatMap(inexactLines);
  const groups = groupViolations(runs);
  const others = groups.length - groupsMax;
  const lines = [
    ...groups.slice(0, groupsMax).flatMap((group) => groupLines(group, runs.length, telling)),
    ...(others > 0 ? [`and ${others} more kinds of violations`] : []),
    ...undecided(runs, telling),
  ];
  return [...inexact, ...(lines.length > 0 ? [lines.join('\n')] : [])];
}

/** `12 lost updates (G2) in 3 of 9 scenarios: pause on naive 7, ...`, and the first of them. */
function groupLines({ what, guarantees, places, first }: Group, of: number, { columns }: Telling): string[] {
  const named = guarantees.length > 0 ? ` (${guarantees.join(', ')})` : '';
  const where = places.map(({ label, count }) => `${label} ${count}`).join(', ');
  const title = `**${what}**${named} in ${places.length} of ${of}: ${where}`;
  const example = first && `${first.run.scenario}: ${first.violation.sentence}`;
  if (columns === undefined) return [title, ...(example ? [`  ${example}`] : [])];
  const stars = 4;
  return [
    cutTo(title, columns + stars),
    ...(example ? wrapTo(example, columns - 2, exampleLinesMax).map((line) => `  ${line}`) : []),
  ];
}

/** Why nothing is proved, a line for each run of which that is so. */
function undecided(runs: readonly JudgedRun[], { columns = Number.POSITIVE_INFINITY }: Telling): string[] {
  const lines = runs
    .filter(({ result }) => result === 'unknown')
    .map((run) => {
      const [name, check] = Object.entries(run.checks).find(([, one]) => one?.result === 'unknown') ?? [];
      return cutTo(`${labelOf(run)} is inconclusive: ${name}: ${check?.summary}`, columns);
    });
  const others = lines.length - undecidedMax;
  return [...lines.slice(0, undecidedMax), ...(others > 0 ? [`and ${others} more`] : [])];
}

/** How to have it again, and where all of it is. The command is never cut: it is there to be copied. */
function again(scenarios: readonly ScenarioReport[], out: string, { isVerbose }: Telling): string[] {
  const worst =
    scenarios.find(({ result }) => result === 'invalid') ??
    scenarios.find(({ result }) => result === 'unknown');
  if (worst === undefined || isVerbose) return [];
  const more = worst.result === 'invalid' ? [`Call by call: holdfast show ${out} --verbose`] : [];
  return [[...more, `Run it again: ${worst.reproduce}`].join('\n')];
}
