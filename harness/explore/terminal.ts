import path from 'node:path';
import { table } from '../report/table.js';
import { nameOf } from './executed.js';
import type { Row } from './explain.js';
import type { CriticalStep, Exploration, ExploredFailure, Replayed } from './exploration.js';
import type { LongestWait } from './search.js';

/** What a person reads when a search is over. @param replayCommand of a failure, the command that runs it again */
export function explorationToTerminal(
  found: Exploration,
  replayCommand: (failure: ExploredFailure) => string,
): string {
  return [
    summary(found),
    ...found.failures.flatMap((failure) => failureToTerminal(failure, replayCommand(failure))),
  ].join('\n\n');
}

function summary({
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
}: Exploration): string {
  const { executionsPerSecond, stepsMax, faults, longestWait } = rest;
  const audited = rest.audited && cause === undefined;
  const seconds = (durationMs / 1000).toFixed(1);
  const withFaults = [
    [faults.kills, 'killed'],
    [faults.pauses, 'paused'],
    [faults.errnos, 'refused a call'],
  ].flatMap(([count, word]) => (Number(count) > 0 ? [`up to ${count} ${word}`] : []));
  const extent = exhausted ? 'all of them tried' : 'not all of them tried';
  return [
    `${target}: ${program}${withFaults.length > 0 ? ` (${withFaults.join(', ')})` : ''}`,
    `${executions} executions of up to ${stepsMax} steps in ${seconds} s (${executionsPerSecond} a second), ${outcomes} different outcomes`,
    `${bound}: ${extent}`,
    ...(audited ? ['One execution was watched by strace, which saw no call that had not been stopped.'] : []),
    ...(longestWait.ms >= 1 ? [describeWait(longestWait)] : []),
    verdicts[result] + (cause === undefined ? '' : ` It is not all there is to see (${cause}): ${reason}`),
  ].join('\n');
}

/** A schedule of some dozen steps is told whole: it can be followed by hand. */
const scheduleMax = 120;

function describeWait({ ms, schedule }: LongestWait): string {
  const time = ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
  const short = schedule.length > scheduleMax ? `${schedule.slice(0, scheduleMax)}...` : schedule;
  return `The longest that an operation waited, in virtual time: ${time} (${short})`;
}

const verdicts = {
  valid: 'No execution broke a guarantee.',
  invalid: 'A guarantee was broken.',
  unknown: 'Inconclusive.',
};

/** The whole story of one failure. */
export function failureToTerminal(failure: ExploredFailure, replayCommand: string): string[] {
  const { kind, sentence, found, pair, eraser, replayed } = failure;
  const from = `Found as ${found.program} in ${found.steps} steps: ${found.schedule}`;
  const isSmaller = found.program !== failure.program || found.steps > failure.rows.length;
  return [
    `**${kind}**: ${sentence}${eraser === undefined ? '' : `\n${eraser}`}`,
    toTable(failure.rows, failure.program),
    ...(pair ? [`It fails because ${describe(pair.early)} comes before ${describe(pair.late)}.`] : []),
    [
      `Schedule ${failure.id}: ${failure.schedule}`,
      ...(isSmaller ? [from] : []),
      `Found at execution ${found.execution}, after ${(found.afterMs / 1000).toFixed(2)} s; the same in ${replayed.same} of ${replayed.of} runs in new processes.`,
      `Again: ${replayCommand}`,
    ].join('\n'),
  ];
}

/** What a schedule that was run again led to. */
export function replayedToTerminal({
  file,
  target,
  same,
  of,
  divergence,
  kind,
  sentence,
  rows,
  eraser,
}: Replayed): string {
  const end =
    kind === undefined
      ? 'No guarantee was broken.'
      : `**${kind}**: ${sentence}${eraser === undefined ? '' : `\n${eraser}`}`;
  const isSameTarget = target === file.target;
  const told = isSameTarget
    ? `The same calls and the same end in ${same} of ${of} runs.`
    : `Found on ${file.target}, run on ${target}.`;
  return [
    `Schedule ${file.id} on ${target}: ${file.program}`,
    toTable(rows, file.program),
    end,
    divergence === undefined ? told : `${told} It led elsewhere ${divergence}.`,
  ].join('\n\n');
}

function describe({ step, client, text, site }: CriticalStep): string {
  return `${nameOf(client)}'s "${text}" (T${step}${site === undefined ? '' : `, ${short(site)}`})`;
}

function short(site: string): string {
  const relative = path.relative(process.cwd(), site);
  return relative.startsWith('..') ? site : relative;
}

const shownBefore = 12;
const shownMax = 60;

/** The table of the steps, a column for each process. The long beginning that leads up to the first change of places is folded. */
function toTable(rows: readonly Row[], program: string): string {
  const clients = Math.max(program.split('|').length, ...rows.map(({ client }) => client + 1));
  const columns = Array.from({ length: clients }, (_, client) => client);
  const columnOf = (client: number) =>
    client < program.split('|').length ? `Process ${nameOf(client)}` : 'Afterwards';
  const lines = fold(rows).map((row) => {
    if (typeof row === 'string') return ['...', row, ...columns.slice(1).map(() => ''), ''];
    return [`T${row.step}`, ...columns.map((client) => (client === row.client ? row.text : '')), row.file];
  });
  return table(['', ...columns.map(columnOf), 'File state'], lines);
}

/** Long runs of one process that change nothing are told as one line. */
function fold(rows: readonly Row[]): (Row | string)[] {
  if (rows.length <= shownMax) return [...rows];
  const isNear = (index: number) => {
    const isTurn = (one: number) => rows[one] !== undefined && rows[one - 1]?.client !== rows[one]?.client;
    const around = Array.from({ length: shownBefore }, (_, offset) => index - shownBefore / 2 + offset);
    return index === 0 || rows[index]?.file !== '' || around.some(isTurn);
  };
  const shown: (Row | string)[] = [];
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
