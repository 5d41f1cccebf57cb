import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { judgeHistory } from '../../check/judge-history.js';
import { judge } from '../../checkers/index.js';
import type { Report, ScenarioReport } from '../../core/report.js';
import type { FindingLine } from '../../core/verdict.js';
import type { HistoryEvent } from '../../history/events.js';
import { toRun } from '../../history/run.js';

/** A key that would be markup, and would run a program, if a page made HTML of what it shows. */
export const hostileKey = `<img src=x onerror="document.title='run'">`;

const ms = (time: number) => Math.round(time * 1e6);

/** The events of a run in which tui-2 writes back a copy (v2) that lacks what tui-1 has stored in v3. */
export function lossEvents(key = hostileKey): HistoryEvent[] {
  const call = (
    op: string,
    action: 'set' | 'get',
    name: string,
    begin: number,
    end: number,
  ): HistoryEvent[] => {
    const [client = ''] = op.split('.');
    const process = client === 'tui-1' ? 101 : client === 'tui-2' ? 102 : 103;
    return [
      { type: 'invoke', time: ms(begin), op, client, process, action, key: name },
      { type: 'ok', time: ms(end), op, ...(action === 'get' ? { result: null } : {}) },
    ];
  };
  const file = (
    version: number,
    from: number,
    seen: number,
    set: Record<string, string>,
    removed: string[] = [],
  ): HistoryEvent => ({
    type: 'file',
    time: ms(from),
    until: ms(from + 0.05),
    version,
    broken: null,
    set,
    removed,
    seen: ms(seen),
  });
  const start = (client: string, process: number): HistoryEvent => ({
    type: 'start',
    time: 0,
    client,
    process,
    access: 'file',
    runtime: 'node 20.0.0',
    profile: 'tui',
  });
  return [
    { type: 'run', version: 1, scenario: 'made-up', target: 'naive', seed: 7, atLeast: {} },
    { type: 'seed', key: 'before', value: 'seed.0' },
    ...['tui-1', 'tui-2', 'web-1'].map((client, at) => start(client, 101 + at)),
    file(1, 0.5, 1, { before: 'seed.0' }),
    ...call('tui-2.0.0', 'set', 'other', 1, 2),
    file(2, 1.9, 11, { other: 'tui-2.0.0' }),
    ...call('web-1.0.0', 'get', 'other', 8, 8.4),
    ...call('tui-2.0.1', 'set', 'other', 10, 17),
    { type: 'fault', time: ms(11), fault: 'pause', phase: 'begin', client: 'tui-2', process: 102 },
    ...call('tui-1.0.0', 'set', key, 11.5, 13),
    file(3, 12.6, 15.5, { [key]: 'tui-1.0.0' }),
    { type: 'fault', time: ms(15), fault: 'pause', phase: 'end', client: 'tui-2', process: 102 },
    file(4, 16.8, 30, { other: 'tui-2.0.1' }, [key]),
    ...call('web-1.0.1', 'get', key, 20, 20.5),
    {
      type: 'final',
      time: ms(40),
      broken: null,
      entries: { before: 'seed.0', other: 'tui-2.0.1' },
      leftovers: [],
    },
  ];
}

/** Writes a history, and makes its report by the judge, with all findings beside it. */
export async function madeUpRun(
  events: readonly HistoryEvent[] = lossEvents(),
): Promise<{ directory: string; report: Report }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-test-page-'));
  const history = path.join(directory, 'history.jsonl');
  writeFileSync(history, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const [judged] = await judgeHistory(history);
  if (judged === undefined) throw new Error('there is no run in it');
  const { findings } = judge(toRun(events));
  const lines = findings.map((finding): FindingLine => {
    const versions =
      finding.kind === 'lost-update' ? { seenIn: 3, goneIn: 4, base: 2, isBaseExact: true } : undefined;
    return { ...finding, run: 0, mechanism: 'pause', ...(versions ? { versions } : {}) };
  });
  writeFileSync(
    path.join(directory, 'findings.jsonl'),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  const scenario: ScenarioReport = {
    ...judged,
    files: { history: 'history.jsonl', findings: 'findings.jsonl', run: 0, start: 0 },
    reproduce: 'npx holdfast stress --seed 7',
  };
  const report: Report = {
    schema: 1,
    result: judged.result,
    seed: 7,
    durationMs: 40,
    controls: [],
    scenarios: [scenario],
  };
  return { directory, report };
}

/** Writes a page into the run's directory. @returns its address */
export function pageFile(directory: string, html: string, name = 'report.html'): string {
  const file = path.join(directory, name);
  writeFileSync(file, html);
  return `file://${file}`;
}

/** What a page was made with. */
export function dataIn(html: string): unknown {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}

export function linesOf(directory: string, name: string): unknown[] {
  const lines = readFileSync(path.join(directory, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
