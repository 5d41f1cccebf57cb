import { existsSync } from 'node:fs';
import path from 'node:path';
import { suffixOf } from '../../../core/label.js';
import { lostOf } from '../../../core/lost.js';
import type { JudgedRun } from '../../../core/report.js';
import { membersStruck } from '../../faults.js';
import { verdictOf } from '../../verdict.js';
import type { Example, ScenarioPage, Tone } from '../data.js';
import { guarantees } from '../guarantees.js';
import { Collector, type Wanted } from './collector.js';
import { readRunEvents } from './events.js';
import { Groups } from './groups.js';
import { findingsOf, hasAllFindings, type RecordedFinding } from './recorded.js';
import { sentenceMax, shortened } from './shortened.js';
import { type Window, Windows } from './windows.js';

/** A run, and the command that repeats it. */
export type Described = JudgedRun & { reproduce?: string };

/** Where a run is, and how much of it may be shown. */
export interface Place {
  /** The directory of the report. */
  out: string;
  id: string;
  /** At which byte of the history to begin to look for it. */
  start: number;
  examplesMax: number;
}

/** Makes the data of one scenario, of its report, its findings and its history. Reads both files once, and holds neither. */
export async function scenarioPage(
  run: Described,
  { out, id, start, examplesMax }: Place,
): Promise<ScenarioPage> {
  const groups = new Groups(examplesMax);
  const times: number[] = [];
  for await (const finding of findingsOf(run, out)) {
    groups.add(finding);
    times.push(finding.to / 1e3);
  }
  const windows = new Map<Example, Window>();
  const calls = new Set<string>();
  const contents = new Set<number>();
  const drawn = groups.finish((finding, exampleId) => {
    const example = toExample(finding, exampleId);
    for (const call of [...finding.operations, ...example.suspects, ...example.others]) calls.add(call);
    for (const version of [example.seenIn, example.goneIn, example.base])
      if (version !== null) for (let near = version - 2; near <= version + 2; near++) contents.add(near);
    const pad = Math.max(4e5, 0.3 * (finding.to - finding.from));
    windows.set(example, {
      from: finding.from - pad,
      to: finding.to + pad,
      calls: 0,
      contents: 0,
      leftOut: 0,
    });
    return example;
  }, id);

  const file = path.join(out, path.basename(run.files?.history ?? 'history.jsonl'));
  const recorded = await collect(
    file,
    run,
    start,
    { windows: new Windows([...windows.values()]), calls, contents },
    times,
  );
  for (const [example, { leftOut }] of windows) example.leftOut = leftOut;
  const { name: _, ...plain } = describe(run);
  return {
    id,
    name: run.scenario,
    ...plain,
    groups: drawn,
    isComplete: hasAllFindings(run, out),
    ...(recorded ?? { overview: null, clients: [], calls: [], contents: [] }),
  };
}

async function collect(
  file: string,
  { scenario, target, seed }: Described,
  start: number,
  wanted: Wanted,
  violations: readonly number[],
) {
  if (!existsSync(file)) return undefined;
  const collector = new Collector(wanted);
  const isIt = (header: { scenario: string; target: string; seed: number }) =>
    header.scenario === scenario && header.target === target && header.seed === seed;
  let isThere = false;
  for await (const events of readRunEvents(file, start, isIt)) {
    isThere ||= events.length > 0;
    for (const event of events) collector.add(event);
  }
  if (!isThere) return undefined;
  for (const time of violations) collector.overview.violated(time);
  return collector.finish();
}

function toExample(finding: RecordedFinding, id: string): Example {
  const {
    kind,
    guarantee,
    sentence,
    lineage = '',
    key,
    operations,
    blame,
    versions,
    stuck,
    shownBy,
  } = finding;
  const isOfFile = kind === 'lost-seed' || kind === 'dropped-unknown' || kind === 'torn-file';
  const victim = isOfFile ? undefined : operations[0];
  const suspects = blame?.suspects ?? [];
  const named = [
    ...operations,
    ...(shownBy === undefined ? [] : [shownBy]),
    ...(stuck?.op ? [stuck.op] : []),
  ];
  const isOrder = guarantee === 'G2' || guarantee === 'G3' || guarantee === 'G8';
  return {
    id,
    kind,
    guarantee,
    sentence: shortened(sentence, sentenceMax),
    lineage: shortened(lineage, sentenceMax),
    key: key === undefined ? null : shortened(key),
    victim: victim ?? null,
    suspects,
    others: [...new Set(named)].filter((op) => op !== victim && !suspects.includes(op)),
    isCertain: blame?.certain ?? false,
    mechanism: finding.mechanism ?? null,
    seenIn: versions?.seenIn ?? null,
    goneIn: versions?.goneIn ?? null,
    base: versions?.base ?? null,
    isBaseExact: versions?.isBaseExact ?? false,
    failsAt: Math.round(finding.to / 1e3),
    stuckAt: isOrder || stuck !== undefined ? Math.round((stuck?.to ?? finding.to) / 1e3) : null,
    stuckAfter: stuck?.after ?? [],
    from: Math.round(finding.from / 1e3),
    to: Math.round(finding.to / 1e3),
    leftOut: 0,
  };
}

/** What needs nothing but the report. */
function describe(run: Described) {
  const {
    scenario,
    target,
    runtime,
    result,
    checks,
    counts,
    latencyMs,
    seed,
    title,
    why,
    reproduce = '',
  } = run;
  const bad: [string, number, boolean][] = [
    ['lost', lostOf(counts), true],
    ['stale', counts.stale ?? 0, true],
    ['torn', counts.torn ?? 0, true],
    ['garbage', counts.garbage ?? 0, true],
    ['hung', counts.hung ?? 0, true],
    ['logged out', counts.loggedOut ?? 0, true],
  ];
  const plain: [string, number, boolean][] = [
    ['acknowledged', counts.acknowledged, false],
    ['reads', counts.reads, false],
    ['failed', counts.failed ?? 0, false],
    ['unknown', counts.unknown ?? 0, false],
    ['contents seen', counts.versions ?? 0, false],
  ];
  const faults: [number, string][] = [
    [counts.kills, 'killed'],
    [counts.pauses, 'paused'],
    [counts.corruptions, 'corrupted'],
    [counts.staleRewrites, 'stale rewrites'],
    [counts.misreads, 'misreads'],
    [counts.plants, 'planted'],
    ...membersStruck(counts),
  ];
  return {
    name: scenario,
    target: `${target}${suffixOf(run)}`,
    runtime,
    tone: toneOf(result),
    verdict: verdictOf(run),
    title: title ?? null,
    why: why ?? null,
    seed,
    checks: Object.keys(guarantees).flatMap((guarantee) => {
      const check = checks[guarantee as keyof typeof checks];
      if (check === undefined) return [];
      const { result: said, summary = '', exact } = check;
      return [{ guarantee, result: said, isExact: exact !== false, summary }];
    }),
    counts: [...plain.slice(0, 2), ...[...plain.slice(2), ...bad].filter(([, count]) => count > 0)],
    faultWords: faults.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])),
    latency: Object.entries(latencyMs ?? {}).map(([action, { p50, p99, max }]) => ({
      action,
      p50,
      p99,
      max,
    })),
    reproduce,
  };
}

export function toneOf(result: string): Tone {
  return result === 'valid' ? 'good' : result === 'invalid' || result === 'blind' ? 'bad' : 'open';
}
