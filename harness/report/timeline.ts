import { operationsById } from '../checkers/lost-update/registers.js';
import type { Bar, TimelineRow, Violation } from '../core/report.js';
import type { Finding } from '../core/verdict.js';
import type { FaultEvent, FileEvent, TokenEvent, ValueId } from '../history/events.js';
import { isMemberFault, memberFaults } from '../history/member-faults.js';
import type { Operation, Run } from '../history/run.js';
import { withoutQuote } from '../history/words.js';
import { describeLineage, findLineage } from './lineage.js';

const rowsMax = 25;
const keysNamed = 3;

interface Moment {
  time: number;
  client: string | undefined;
  text: string;
}

/** Tells a finding as a table: a column for each process that took part, a row for each thing that happened. */
export function toViolation(run: Run, finding: Finding): Violation {
  const byId = operationsById(run);
  const accused = finding.operations.flatMap((id) => byId.get(id) ?? []);
  const shown = [...accused, ...bystanders(run, accused)];
  const shownBy = finding.shownBy === undefined ? [] : (byId.get(finding.shownBy) ?? []);
  const inPicture = new Map([shown, shownBy].flat().map((operation) => [operation.id, operation]));
  const clients = [...new Set(shown.map(({ client }) => client))];
  const pids = new Map(shown.map(({ client, process }) => [client, process]));
  const keys = new Set(shown.flatMap(({ key }) => key ?? []));
  const ids = new Set(shown.map(({ id }) => id));
  const from = Math.min(finding.from, ...shown.map(({ begin }) => begin));
  const to = Math.max(finding.to, ...shown.map(({ end }) => (Number.isFinite(end) ? end : finding.to)));
  const isWithin = ({ time }: { time: number }) => time >= from && time <= to;

  const moments = [
    ...shown
      .flatMap((operation) => [beginOf(operation), endOf(operation)])
      .filter((moment) => moment !== undefined),
    ...run.tokens.filter(({ op }) => ids.has(op)).flatMap((token) => tokenMoments(token, shown)),
    ...run.faults.filter((fault) => isWithin(fault) && concerns(fault, clients)).map(faultMoment),
    ...run.files
      .filter((file) => isWithin(file) && tells(file, finding.key, ids))
      .map((file) => fileMoment(file, keys)),
  ].sort((a, b) => a.time - b.time);

  return {
    ...finding,
    ...lineageOf(run, finding, accused),
    bars: [...inPicture.values()].map((operation) => toBar(operation, operation.id === accused[0]?.id)),
    processes: clients.map((client) => `${client} (pid ${pids.get(client)})`),
    timeline: fold(moments.map((moment) => toRow(moment, clients))),
  };
}

function lineageOf(
  run: Run,
  { kind, blame, versions }: Finding,
  accused: readonly Operation[],
): Pick<Violation, 'lineage'> {
  if (kind !== 'lost-update' || !blame) return {};
  const suspects = accused.filter(({ id }) => blame.suspects.includes(id));
  const lineage = findLineage(run, blame, suspects);
  if (lineage === undefined) return {};
  // What its store says goes before what would account for it.
  const base = versions?.isBaseExact ? versions.base : lineage.base;
  return { lineage: describeLineage({ ...lineage, base }, suspects, blame.certain) };
}

/**
 * It takes two for a race. Where the finding names only one process, the other is one whose write was under way when
 * the last of the named operations was.
 */
function bystanders(run: Run, accused: readonly Operation[]): Operation[] {
  const [last] = accused.slice(-1);
  if (!last || new Set(accused.map(({ client }) => client)).size > 1) return [];
  const isConcurrent = ({ client, action, begin, end }: Operation) =>
    client !== last.client &&
    (action === 'set' || action === 'remove') &&
    begin <= last.end &&
    end >= last.begin;
  return run.operations.filter(isConcurrent).slice(-1);
}

function toRow({ time, client, text }: Moment, clients: readonly string[]): TimelineRow {
  return {
    timeMs: time / 1e6,
    cells: clients.map((column) => (column === client ? text : '')),
    file: client === undefined ? text : '',
  };
}

function beginOf(operation: Operation): Moment {
  return { time: operation.begin, client: operation.client, text: `${callOf(operation)} begins` };
}

function endOf(operation: Operation): Moment | undefined {
  const { end: time, client, outcome, error, foreign } = operation;
  if (!Number.isFinite(time)) return undefined;
  const call = callOf(operation);
  if (foreign && outcome === 'ok') return { time, client, text: `${call} written, without the store` };
  if (outcome === 'ok') return { time, client, text: `${call} ${foundBy(operation)}` };
  return {
    time,
    client,
    text: `${call} ${outcome === 'fail' ? 'failed' : 'ended, outcome unknown'}: ${error === undefined ? 'killed' : withoutQuote(error)}`,
  };
}

function toBar(operation: Operation, isMarked: boolean): Bar {
  const { id, client, begin, end, outcome } = operation;
  const answer = outcome === 'ok' ? foundBy(operation) : outcome === 'fail' ? 'failed' : 'outcome unknown';
  return {
    id,
    process: client,
    what: `${callOf(operation)} ${answer}`,
    begin,
    end: Number.isFinite(end) ? end : null,
    isSure: outcome !== 'unknown',
    isMarked,
  };
}

function callOf({ action, key, id }: Operation): string {
  if (action === 'set') return `set ${key} = ${id}`;
  return key === undefined ? action : `${action} ${key}`;
}

function foundBy({ result, action, id }: Operation): string {
  if (action === 'set' || action === 'remove') return 'acknowledged';
  if (action === 'refresh' && result === id) return 'got a new one, and it is stored';
  if (typeof result === 'object' && result !== null) return `returned ${Object.keys(result).length} entries`;
  return `returned ${result ?? 'nothing'}`;
}

function tokenMoments(
  { time, until, op, token, granted }: TokenEvent,
  shown: readonly Operation[],
): Moment[] {
  const client = shown.find(({ id }) => id === op)?.client;
  const answer = granted ? 'is granted a new one' : 'is refused: it was used before';
  return [
    { time, client, text: `presents the refresh token of ${token}` },
    { time: until, client, text: answer },
  ];
}

function concerns(fault: FaultEvent, clients: readonly string[]): boolean {
  return fault.client === undefined || clients.includes(fault.client);
}

function faultMoment({ time, fault, phase, client, detail }: FaultEvent): Moment {
  const words = {
    kill: 'killed (SIGKILL)',
    pause: phase === 'begin' ? 'stopped right before its commit (SIGSTOP)' : 'continued (SIGCONT)',
    'stale-rewrite': 'rewrites the whole file from an older copy',
    misread: 'could not read the file, takes it for empty, and writes that',
    plant: `a hostile user ${phase === 'begin' ? 'puts' : 'takes away'} ${detail}`,
    'power-loss': 'the machine lost its power',
    corrupt: `damaged in place${phase === 'begin' ? '' : ', done'}: ${detail}`,
  };
  if (!isMemberFault(fault)) return { time, client, text: words[fault] };
  const what = phase === 'begin' ? memberFaults[fault] : 'over: all members go on';
  return { time, client, text: `${fault} of ${detail}: ${what}` };
}

/** A content is shown if it is broken, changed the key in question, or is the work of a process that is shown. */
function tells(
  { broken, set, removed }: FileEvent,
  key: string | undefined,
  ids: ReadonlySet<string>,
): boolean {
  if (broken !== null) return true;
  const changed = key !== undefined && (Object.hasOwn(set, key) || removed.includes(key));
  return changed || Object.values(set).some((value) => ids.has(value));
}

function fileMoment({ time, version, broken, set, removed }: FileEvent, keys: ReadonlySet<string>): Moment {
  const first = (a: string, b: string) => Number(keys.has(b)) - Number(keys.has(a));
  const changes = [
    list('no', removed.toSorted(first)),
    list(
      '',
      Object.entries<ValueId>(set)
        .toSorted(([a], [b]) => first(a, b))
        .map(([key, value]) => `${key} = ${value}`),
    ),
  ];
  const text = broken ?? changes.filter((change) => change !== '').join('; ');
  return { time, client: undefined, text: `v${version}: ${text}` };
}

function list(word: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const more = items.length > keysNamed ? ` and ${items.length - keysNamed} more` : '';
  return `${word} ${items.slice(0, keysNamed).join(', ')}${more}`.trim();
}

/** The beginning and the end tell most. */
function fold(rows: TimelineRow[]): TimelineRow[] {
  if (rows.length <= rowsMax) return rows;
  const half = Math.floor(rowsMax / 2);
  const middle = rows[half];
  const gap: TimelineRow = {
    timeMs: middle?.timeMs ?? 0,
    cells: (middle?.cells ?? []).map(() => '...'),
    file: `${rows.length - 2 * half} more rows in history.jsonl`,
  };
  return [...rows.slice(0, half), gap, ...rows.slice(-half)];
}
