import path from 'node:path';
import { evidenceLine } from '../../history/evidence.js';
import type { CorpusUse } from '../corpus/corpus-files.js';
import type { StepRow } from '../evidence/explain.js';
import type { CriticalStep, Exploration, ExploredFailure } from '../evidence/exploration.js';
import type { Conditions } from '../execution/executed.js';
import { nameOf } from '../schedule/action.js';
import type { LossCounts } from '../search/power-losses.js';
import type { LongestWait } from '../search/search.js';

/** The summary of a search and its failures, for every output. */

/** What was searched, how much of it, and what came of it: a line each. @param isInterrupted whether the user ended it */
export function summaryOf(
  {
    target,
    program,
    executions,
    durationMs,
    bound,
    exhausted,
    result,
    cause,
    reason,
    outcomes,
    ...rest
  }: Exploration,
  isInterrupted = false,
): string[] {
  const { executionsPerSecond, stepsMax, faults, conditions, longestWait, warning } = rest;
  const seconds = (durationMs / 1000).toFixed(1);
  const withFaults = [
    [faults.kills, conditions?.samePid ? 'killed and started again with the same number' : 'killed'],
    [faults.pauses, 'paused'],
    [faults.errnos, 'refused a call'],
    [faults.clocks ?? 0, `${faults.clocks === 1 ? 'step' : 'steps'} of a wall clock`],
    [faults.losses ?? 0, faults.losses === 1 ? 'loss of power' : 'losses of power'],
    [faults.damages ?? 0, `${faults.damages === 1 ? 'damage' : 'damages'} of the file`],
  ].flatMap(([count, word]) => (Number(count) > 0 ? [`up to ${count} ${word}`] : []));
  const extent = exhausted ? 'all of them tried' : 'not all of them tried';
  return [
    `${target}: ${program}${withFaults.length > 0 ? ` (${withFaults.join(', ')})` : ''}`,
    ...(warning === undefined ? [] : [`Warning: ${warning}`]),
    `${executions} executions of up to ${stepsMax} steps in ${seconds} s (${executionsPerSecond} a second), ${outcomes} different outcomes`,
    `${bound}: ${extent}${rest.shard === undefined ? '' : `, of part ${rest.shard.index} of ${rest.shard.of} of this search`}`,
    ...(rest.corpus ? describeCorpus(rest.corpus) : []),
    ...(rest.losses ? [describeLosses(rest.losses, conditions)] : []),
    ...(rest.notSimulated === undefined ? [] : [`${byRealProcesses}: ${rest.notSimulated}`]),
    ...(cause === undefined ? [watchedBy(rest)] : []),
    ...(rest.evidence ? [evidenceLine(target, rest.evidence)] : []).filter((line) => line !== undefined),
    ...(longestWait.ms >= 1 ? [describeWait(longestWait)] : []),
    (isInterrupted && result !== 'invalid' ? soFar : verdicts[result]) +
      (result === 'valid' && !exhausted && !isInterrupted ? ' Not all of them were tried.' : '') +
      (cause === undefined ? '' : ` It is not all there is to see (${cause}): ${reason}`),
  ];
}

function watchedBy({
  audited,
  command,
  executor,
  losses,
  conditions,
}: Pick<Exploration, 'audited' | 'command' | 'executor' | 'losses' | 'conditions'>): string {
  if (command) return byKernel;
  if (conditions?.splitCalls) return bySplitCalls;
  if (losses) return byLosses;
  if (executor === 'sim') return bySimulation;
  return audited ? wasWatched : wasNotWatched;
}

const byKernel =
  'The kernel stopped the program, and all that it started, before each call on its file and on what lies beside it.';
const byRealProcesses = 'The search was made by real processes, as the target does what is not simulated';
const bySimulation =
  'The clients were virtual processes on a simulated file system; a failure counts only where real processes fail in the same way.';
const byLosses =
  'The clients were virtual processes on a simulated file system: no real machine can be made to lose its power.';
const bySplitCalls =
  'The clients were virtual processes on a simulated file system, and calls with a path two steps: no real process can be stopped between them.';
const wasWatched = 'One execution was watched by strace, which saw no call that had not been stopped.';
const wasNotWatched =
  "No execution was watched by strace: calls that go by no module of Node's, as those of an add-on, were not looked for.";

/** A schedule of some dozen steps is shown whole: it can be followed by hand. */
const scheduleMax = 120;

function describeWait({ ms, schedule }: LongestWait): string {
  const time = ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
  const short = schedule.length > scheduleMax ? `${schedule.slice(0, scheduleMax)}...` : schedule;
  return `The longest that an operation waited, in virtual time: ${time} (${short})`;
}

/** Nothing is left out without a word. */
function describeLosses({ points, states, disks, cut }: LossCounts, conditions?: Conditions): string {
  const { model = 'posix', statesMax = 0 } = conditions?.power ?? {};
  const left = cut === 0 ? 'none of them was left out' : `at ${cut} of the points there are more`;
  return `Power lost at ${points} points: ${disks} different disks of ${states} states that ${model} allows, at most ${statesMax} of a point (${left}).`;
}

/** What a search went on from, and what it leaves: a line, and one for each file that can't be used. */
function describeCorpus(use: CorpusUse): string[] {
  const { directory, before, added, kept, dropped, seen, isRunAgain, unusable = [] } = use;
  const from =
    before === 0
      ? 'nothing to go on from'
      : `went on from ${before} schedules${isRunAgain ? ' of another version of the target or of Holdfast, run again first' : ''}`;
  const left = `${added} added, ${kept} kept${dropped === 0 ? '' : `, ${dropped} dropped for want of room`}`;
  return [
    `Corpus ${directory}: ${from}; ${left}. Seen so far: ${seen.pairs} pairs of calls, ${seen.states} states.`,
    ...unusable.map((why) => `Of the corpus, this can't be used: ${why}`),
  ];
}

const soFar = 'Interrupted: no execution until then broke a guarantee, which says nothing of the others.';
const verdicts = {
  valid: 'No execution broke a guarantee.',
  invalid: 'A guarantee was broken.',
  unknown: 'Inconclusive.',
};

/** What went wrong, in a word or two. */
export function titleOf({ kind, unconfirmed }: ExploredFailure): string {
  if (!unconfirmed) return kind;
  return `${kind}, ${unconfirmed.isOnlySimulated ? 'in simulation only' : 'unconfirmed'}`;
}

/** Which two calls decide. @returns undefined if no two do */
export function decisionOf({ pair }: ExploredFailure): string | undefined {
  return pair && `It fails because ${describe(pair.early)} comes before ${describe(pair.late)}.`;
}

/** How it came about, and how to have it again: a line each. */
export function originOf(failure: ExploredFailure, replayCommand: string): string[] {
  const { found, replayed, unconfirmed } = failure;
  // Where a simulated machine alone could be asked, what was the same was not in a process.
  const inNew = unconfirmed?.isOnlySimulated && replayed.same > 0 ? 'in simulation' : 'in new processes';
  const isSmaller = found.program !== failure.program || found.steps > failure.rows.length;
  return [
    `Schedule ${failure.id}: ${failure.schedule}`,
    ...(isSmaller ? [`Found as ${found.program} in ${found.steps} steps: ${found.schedule}`] : []),
    `Found at execution ${found.execution}, after ${(found.afterMs / 1000).toFixed(2)} s; the same in ${replayed.same} of ${replayed.of} runs ${inNew}.`,
    ...(unconfirmed ? [`Unconfirmed: ${unconfirmed.sentence}.`] : []),
    `Again: ${replayCommand}`,
  ];
}

/** The steps, a column for each process. What leads up to a change of places, and is long, is folded. */
export interface StepTable {
  header: string[];
  /** `step` is undefined where steps are folded. */
  lines: { step: number | undefined; cells: string[] }[];
}

export function stepTable(rows: readonly StepRow[], program: string): StepTable {
  const named = program.split('|').length;
  const clients = Math.max(named, ...rows.map(({ client }) => client + 1));
  const columns = Array.from({ length: clients }, (_, client) => client);
  const columnOf = (client: number) => (client < named ? `Process ${nameOf(client)}` : 'Afterwards');
  return {
    header: ['', ...columns.map(columnOf), 'File state'],
    lines: fold(rows).map((row) => {
      if (typeof row === 'string')
        return { step: undefined, cells: ['...', row, ...columns.slice(1).map(() => ''), ''] };
      const cells = columns.map((client) => (client === row.client ? row.text : ''));
      return { step: row.step, cells: [`T${row.step}`, ...cells, row.file] };
    }),
  };
}

const shownBefore = 12;
const shownMax = 60;

/** Long runs of one process that change nothing are shown as one line. */
function fold(rows: readonly StepRow[]): (StepRow | string)[] {
  if (rows.length <= shownMax) return [...rows];
  const isNear = (index: number) => {
    const isTurn = (one: number) => rows[one] !== undefined && rows[one - 1]?.client !== rows[one]?.client;
    const around = Array.from({ length: shownBefore }, (_, offset) => index - shownBefore / 2 + offset);
    return index === 0 || rows[index]?.file !== '' || around.some(isTurn);
  };
  const shown: (StepRow | string)[] = [];
  let hidden = 0;
  for (const [index, row] of rows.entries()) {
    if (isNear(index)) {
      if (hidden > 0) shown.push(`${hidden} more steps`);
      hidden = 0;
      shown.push(row);
    } else hidden++;
  }
  if (hidden > 0) shown.push(`${hidden} more steps`);
  return shown;
}

function describe({ step, client, text, site }: CriticalStep): string {
  return `${nameOf(client)}'s "${text}" (T${step}${site === undefined ? '' : `, ${short(site)}`})`;
}

function short(site: string): string {
  const relative = path.relative(process.cwd(), site);
  return relative.startsWith('..') ? site : relative;
}
