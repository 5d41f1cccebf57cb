import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Parser } from 'tap-parser';
import { parse } from 'test-results-parser';
import { describe, expect, it } from 'vitest';
import { run } from '../../checkers/fixtures.test.helper.js';
import { judge } from '../../checkers/index.js';
import type { ControlReport, Report, ScenarioReport } from '../../core/report.js';
import type { HistoryEvent } from '../../history/events.js';
import { toMarkdown } from '../markdown.js';
import { programLine } from '../programs.js';
import { progressReporter } from '../progress.js';
import { toTerminal } from '../terminal.js';
import { toViolation } from '../timeline.js';
import { toGithubAnnotations } from './github.js';
import { toJUnit } from './junit.js';
import { toTap } from './tap.js';
import { Trace } from './trace.js';

/** What a program under test may call a key, to look like another format. */
const hostile = 'k]]>" # SKIP\n::error::<x>\u0007%';

const lost = run(`
  0-5   tui-1.0.1   set a
  4-9   login-1.0.1 set b
  file  5 a=tui-1.0.1
  file  8 b=login-1.0.1 -a
  final 20 b=login-1.0.1`);

function reportOf(result: ScenarioReport['result'], exact = true): ScenarioReport {
  const { findings, ...judgement } = judge(lost);
  const [finding] = findings;
  if (!finding) throw new Error('the planted loss is not found');
  const violation = { ...toViolation(lost, finding), sentence: `${hostile} was lost` };
  const common = {
    scenario: `two ${hostile}`,
    target: 'mine',
    executor: 'stress',
    runtime: 'node',
    seed: 7,
  } as const;
  return {
    ...common,
    schedule: null,
    ...judgement,
    result,
    checks:
      result === 'invalid'
        ? { G2: { result, summary: hostile } }
        : result === 'unknown'
          ? { coverage: { result, summary: 'too little happened' } }
          : {
              G2: { result, summary: 'exact for 3 keys but 2', ...(exact ? {} : { exact: false as const }) },
            },
    violations: result === 'invalid' ? [violation] : [],
    reproduce: 'npx holdfast stress --seed 7',
  };
}

const control = (found: boolean): ControlReport => ({
  ...reportOf('invalid'),
  scenario: 'control',
  mustFind: 'lost',
  found,
});
const all: Report = {
  schema: 1,
  result: 'invalid',
  seed: 7,
  durationMs: 1234,
  controls: [control(true), control(false)],
  scenarios: [reportOf('valid'), reportOf('valid', false), reportOf('invalid'), reportOf('unknown')],
};

describe('a report in the formats of others, as their readers read it', () => {
  it('JUnit has a case for each run: a violation is a failure, what proves nothing an error, and neither passes', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')), 'junit.xml');
    writeFileSync(file, toJUnit(all));
    const read = parse({ type: 'junit', files: [file] });
    expect(read).toMatchObject({ total: 6, passed: 3, failed: 1, errors: 2 });
    const cases = read.suites.flatMap(({ cases }) => cases);
    expect(cases.map(({ status }) => status)).toEqual(['PASS', 'FAIL', 'PASS', 'PASS', 'FAIL', 'FAIL']);
    expect(cases[4]?.failure).toContain('lost-update (G2): k]]>"');
    expect(cases[4]?.name).toContain('::error::<x>\ufffd%');
  });

  it('TAP has a test point for each run, and no name in it can be a directive', () => {
    const points: { ok: boolean; skip: unknown; todo: unknown; diag: unknown }[] = [];
    const parser = new Parser({}, () => {});
    parser.on('assert', (point) => points.push(point));
    parser.end(toTap(all));
    expect(points.map(({ ok }) => ok)).toEqual([true, false, true, true, false, false]);
    expect(points.filter(({ skip, todo }) => skip || todo)).toEqual([]);
    expect(points[4]?.diag).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('was lost'),
    });
    expect(parser.results).toMatchObject({ ok: false, count: 6, fail: 3, failures: expect.any(Array) });
  });

  it('GitHub gets an error for what failed, a warning for what proves nothing, a notice for what is inexact, a line each', () => {
    const lines = toGithubAnnotations(all);
    expect(lines.map((line) => /^::(\w+) title=/.exec(line)?.[1])).toEqual([
      'error',
      'error',
      'warning',
      'notice',
    ]);
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
    expect(lines[1]).toContain('%0A%3A%3Aerror%3A%3A<x>');
    expect(lines[1]).toMatch(/%0ARun it again: npx holdfast stress --seed 7$/);
  });

  it.each<[Partial<Report>, string]>([
    [{ result: 'unknown', leftOut: ['pause on a: no time was left'] }, 'pause on a: no time was left'],
    [{ result: 'interrupted' }, 'it was interrupted'],
  ])('a run that was not played whole passes in no format: %j', (how, message) => {
    const rest: Report = { ...all, controls: [control(true)], scenarios: [reportOf('valid')], ...how };
    expect(toJUnit(rest)).toContain('tests="3" failures="0" errors="1"');
    expect(toTap(rest)).toContain('not ok 3 - stress: the whole run');
    const title = 'title=holdfast stress%3A the whole run';
    expect(toGithubAnnotations(rest)).toEqual([`::warning ${title}::${message}`]);
  });

  it('what was left out for the same reason stands on one line of a terminal', () => {
    const leftOut = ['pause on a: no time was left', 'kill-9 on a: no time was left', 'shard 3 is missing'];
    const told = toTerminal({ ...all, leftOut }, 'out')
      .split('\n')
      .filter((line) => line.startsWith('Left out'));
    expect(told).toEqual([
      'Left out: pause on a, kill-9 on a: no time was left.',
      'Left out: shard 3 is missing.',
    ]);
  });

  it('what is worse than in the baseline is an error on GitHub, and stands in the summary', () => {
    const regression = {
      scenario: 'kill-9',
      target: './a.ts',
      kind: 'ratio',
      sentence: '9 times\nworse',
    } as const;
    const comparison = { compared: 1, regressions: [regression], notes: [] };
    const green: Report = { ...all, result: 'valid', controls: [], scenarios: [reportOf('valid')] };
    expect(toGithubAnnotations({ ...green, comparison })).toEqual([
      '::error title=holdfast stress../a.ts%3A kill-9::worse than in the baseline (ratio): 9 times%0Aworse',
    ]);
    expect(toMarkdown({ ...green, comparison })).toContain(
      '## Worse than in the baseline\n\nkill-9 on ./a.ts: 9 times\nworse.',
    );
    expect(toGithubAnnotations(green)).toEqual([]);
  });
});

describe('a green that is less than exact', () => {
  const inexact: Report = { ...all, result: 'valid', controls: [], scenarios: [reportOf('valid', false)] };
  const green: Report = { ...inexact, scenarios: [reportOf('valid')] };

  it('what is less than exact says so where the verdict stands, in the terminal, the summary and every format', () => {
    expect(toTerminal(inexact, 'out')).toContain('All guarantees held, but less than exactly in');
    expect(toTerminal(inexact, 'out')).toContain('| valid, not exact |');
    expect(toTerminal(inexact, 'out')).toContain('G2 valid, but less than exact: exact for 3 keys but 2.');
    expect(toMarkdown(inexact)).toMatch(/^# Stress run: valid, not exact\n/);
    for (const text of [toJUnit(inexact), toTap(inexact), toGithubAnnotations(inexact).join()])
      expect(text).toContain('exact for 3 keys but 2');
  });

  it('what is exact says nothing of the kind', () => {
    expect(toTerminal(green, 'out')).toContain('All guarantees held. ');
    for (const text of [toTerminal(green, 'out'), toMarkdown(green), toJUnit(green), toTap(green)])
      expect(text).not.toContain('xact');
  });
});

it('what is lost is one number: erased, undone, and gone from before, in the table, for a control and in the progress', () => {
  const counts = { ...reportOf('invalid').counts, lost: 5, resurrected: 3, seedsLost: 2 };
  const run = { ...reportOf('invalid'), counts };
  const report: Report = {
    ...all,
    controls: [{ ...control(true), mustFind: 'resurrected', counts }],
    scenarios: [run],
  };
  const text = toMarkdown(report);
  expect(text).toMatch(/\| mine +\| invalid \| 10 /);
  expect(text).toContain('yes: 10 lost, 3 of them resurrected');
  const twice = {
    ...control(true),
    mustFind: 'refreshedTwice' as const,
    counts: { ...counts, refreshedTwice: 4 },
  };
  expect(toMarkdown({ ...report, controls: [twice] })).toContain('yes: 4 refreshedTwice');
  let drawn = '';
  const show = progressReporter({ write: (more) => (drawn += more) });
  show({ type: 'end', label: 'run', isControl: false, report: run });
  expect(drawn).toContain(' 10 lost, ');
  expect(programLine(run)).toContain(' 10 lost (3 removals undone, 2 there before)');
});

describe('a trace', () => {
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} },
    { type: 'start', time: 0, client: 'tui-1', process: 4711, access: 'file' },
    { type: 'invoke', time: 1000, op: 'tui-1.0.0', client: 'tui-1', process: 4711, action: 'set', key: 'k' },
    { type: 'fault', time: 1500, fault: 'pause', phase: 'begin', process: 4711 },
    { type: 'file', time: 1600, until: 1700, version: 1, broken: null, set: { k: 'tui-1.0.0' }, removed: [] },
    { type: 'fault', time: 1900, fault: 'pause', phase: 'end', process: 4711 },
    { type: 'ok', time: 3000, op: 'tui-1.0.0' },
  ];

  it('each operation is in its process, in microseconds, with the file and the faults beside it', () => {
    const trace = new Trace();
    const records = events.flatMap((event) => trace.add(event));
    expect(records).toContainEqual(expect.objectContaining({ ph: 'M', pid: 4711, args: { name: 'tui-1' } }));
    expect(records).toContainEqual(
      expect.objectContaining({ ph: 'X', name: 'set "k"', pid: 4711, ts: 1, dur: 2, cat: 'ok' }),
    );
    expect(records).toContainEqual(expect.objectContaining({ ph: 'X', name: 'pause', ts: 1.5, dur: 0.4 }));
    expect(records).toContainEqual(expect.objectContaining({ ph: 'i', name: 'v1', pid: 0, ts: 1.6 }));
  });

  it('a violation is a mark across all lanes, in the run in which it was found, where it showed', () => {
    const trace = new Trace();
    for (const event of [...events, ...events]) trace.add(event);
    const finding = judge(lost).findings[0];
    if (!finding) throw new Error('the planted loss is not found');
    const marks = [0, 1, 2].flatMap((number) =>
      trace.found({ ...finding, mechanism: 'stale base', to: 2000, run: number }),
    );
    const mark = { name: 'lost-update', ph: 'i', s: 'g', args: { sentence: finding.sentence } };
    expect(marks).toMatchObject([
      { ...mark, ts: 2 },
      { ...mark, ts: 5 },
    ]);
  });

  it('a second run of a history comes after the first', () => {
    const trace = new Trace();
    const records = [...events, ...events].flatMap((event) => trace.add(event));
    const begins = records.filter(({ name }) => name === 'set "k"').map(({ ts }) => ts);
    expect(begins).toEqual([1, 4]);
  });
});
