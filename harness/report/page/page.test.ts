import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ScenarioReport } from '../../core/report.js';
import type { HistoryEvent } from '../../history/events.js';
import type { StressPage } from './data.js';
import { dataIn, hostileKey, linesOf, lossEvents, madeUpRun } from './made-up.test.helper.js';
import { Groups } from './make/groups.js';
import { Histogram } from './make/histogram.js';
import { OverviewMaker } from './make/overview.js';
import { stressPage } from './make/stress.js';
import { Windows } from './make/windows.js';
import { toPage } from './to-page.js';

describe('the page of a run', () => {
  test('the page loads nothing: its policy allows its own program and style by their hashes, and no address is in it', async () => {
    const { directory, report } = await madeUpRun();
    const html = await toPage(report, directory);
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy.replace(/sha256-[\w+/=]{44}/g, 'HASH')).toBe(
      "default-src 'none'; script-src 'HASH'; style-src 'HASH'; connect-src 'none'; base-uri 'none'; form-action 'none'",
    );
    expect(html.match(/https?:[^"'`\s]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(html).not.toMatch(/<link|<img|url\((?!#)|@import| src=(?!x)/);
  });

  test('what was recorded can not end the data of the page, or begin another element', async () => {
    const key = '</script><script>alert(1)</script>\u2028<!--';
    const { directory, report } = await madeUpRun(lossEvents(key));
    const html = await toPage(report, directory);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain('\u2028');
    const { scenarios } = dataIn(html) as StressPage;
    expect(scenarios[0]?.groups[0]?.examples[0]?.key).toBe(key);
  });

  test('the page is ASCII, whatever is in it', async () => {
    const key = 'Schlüssel 🔑 “’';
    const { directory, report } = await madeUpRun(lossEvents(key));
    const html = await toPage({ ...report, command: 'stress --target ./ö.ts' }, directory);
    expect(html).toMatch(/^[\0-\x7f]*$/);
    const { scenarios, command } = dataIn(html) as StressPage;
    expect([scenarios[0]?.groups[0]?.examples[0]?.key, command]).toEqual([key, 'stress --target ./ö.ts']);
  });

  test('the groups count what the judge found, to the number, and each example is one of its findings', async () => {
    const { directory, report } = await madeUpRun();
    const { scenarios } = await stressPage(report, directory);
    const findings = linesOf(directory, 'findings.jsonl') as { kind: string; sentence: string }[];
    const [scenario] = scenarios;
    const groups = scenario?.groups ?? [];
    expect(scenario?.isComplete).toBe(true);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(findings.length);
    expect(groups.flatMap(({ examples }) => examples.map(({ sentence }) => sentence)).sort()).toEqual(
      findings.map(({ sentence }) => sentence).sort(),
    );
    expect(groups[0]?.examples[0]).toMatchObject({
      kind: 'lost-update',
      key: hostileKey,
      victim: 'tui-1.0.0',
      suspects: ['tui-2.0.1'],
      base: 2,
      isBaseExact: true,
      seenIn: 3,
      goneIn: 4,
    });
  });

  test('a report of an older version has what is in it, and says that the rest was not recorded', async () => {
    const { directory, report } = await madeUpRun();
    rmSync(path.join(directory, 'findings.jsonl'));
    const [run] = report.scenarios;
    const violations = run?.violations.map(({ mechanism: _, versions: __, stuck: ___, ...older }) => older);
    const older = { ...report, scenarios: [{ ...run, files: undefined, violations }] };
    const page = await stressPage(older as unknown as typeof report, directory);
    const [scenario] = page.scenarios;
    expect(scenario?.isComplete).toBe(false);
    expect(scenario?.groups[0]?.mechanism).toBeNull();
    expect(page.facts.filter(([, value]) => value === null).map(([name]) => name)).toEqual([
      'Began',
      'System',
      'Processors',
      'Version',
    ]);
    expect(page.isCommandMade).toBe(true);
  });

  test('a report without a history has its verdicts and no picture of time', async () => {
    const { directory, report } = await madeUpRun();
    rmSync(path.join(directory, 'history.jsonl'));
    const { scenarios } = await stressPage(report, directory);
    expect(scenarios[0]).toMatchObject({ overview: null, calls: [], contents: [] });
    expect(scenarios[0]?.checks.find(({ guarantee }) => guarantee === 'G2')?.result).toBe('invalid');
  });

  test('a page of a run that is valid, and not exactly so, says it where the verdict stands', async () => {
    const { directory, report } = await madeUpRun();
    const part = { result: 'valid', summary: 'exact for 9 of 10 keys', exact: false } as const;
    const [run] = report.scenarios;
    const valid = { ...run, result: 'valid', checks: { G2: part }, violations: [], files: undefined };
    const page = await stressPage({ ...report, result: 'valid', scenarios: [valid] } as never, directory);
    expect(page.meaning).toContain('Not all of it was decided exactly');
    expect(page.scenarios[0]?.verdict).toBe('valid, not exact');
    expect(page.scenarios[0]?.checks[0]?.isExact).toBe(false);
  });

  test('a page stays small and readable where keys have 10,000 characters', async () => {
    const { directory, report } = await madeUpRun(lossEvents(`begin${'-'.repeat(10_000)}end`));
    const page = await stressPage(report, directory);
    const texts: string[] = [];
    JSON.stringify(
      page.scenarios.map(({ checks: _, ...rest }) => rest),
      (_, value) => {
        if (typeof value === 'string') texts.push(value);
        return value;
      },
    );
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(500);
    expect(page.scenarios[0]?.groups[0]?.examples[0]?.key).toMatch(/^begin-+…-+end$/);
    expect(page.scenarios[0]?.calls.some(([, , , , key]) => /^begin-+…-+end$/.test(key))).toBe(true);
  });

  test('a merged report says what it was merged from, and what its runs come to together', async () => {
    const { directory, report } = await madeUpRun();
    const [run] = report.scenarios as [ScenarioReport];
    const machine = { platform: 'linux', arch: 'x64', cpus: 4, node: 'v20.1.0' };
    const parts = [1, 2].map((index) => ({ index, machine: { ...machine, cpus: 2 + 2 * index } }));
    const { scenario, target, runtime, result, counts, latencyMs } = run;
    const total = { scenario, target, runtime, runs: 2, result, counts, latencyMs };
    const merged = {
      ...report,
      scenarios: [run, { ...run, repetition: 2 }],
      totals: [total],
      shards: { of: 3, missing: [3], parts },
    };
    const page = await stressPage(merged, directory);
    expect(page.totals?.header.slice(0, 5)).toEqual(['scenario', 'target', 'runs', 'verdict', 'lost']);
    expect(page.totals?.rows.map((row) => row.slice(0, 5))).toEqual([
      ['made-up', 'naive', '2', 'invalid', '1'],
    ]);
    expect(page.shards.join()).toMatch(/^Merged from 2 of 3 shards, without 3, on 2 kinds of machine/);
    expect(page.scenarios.map(({ target: one }) => one)).toEqual(['naive', 'naive, run 2']);
    expect(page.command).toContain('--repeat 2 ');
    // A fact that differs between the machines is none of the run.
    const facts = new Map(page.facts);
    expect([facts.get('System'), facts.get('Runtime'), facts.get('Processors')]).toEqual([
      'linux x64',
      'node 20.1.0',
      null,
    ]);
  });

  test('a history that ends in the middle of a line is shown as far as it goes', async () => {
    const { directory, report } = await madeUpRun();
    const whole = linesOf(directory, 'history.jsonl').map((event) => JSON.stringify(event));
    writeFileSync(
      path.join(directory, 'history.jsonl'),
      `${whole.slice(0, -2).join('\n')}\n{"type":"ok","ti`,
    );
    const { scenarios } = await stressPage(report, directory);
    expect(scenarios[0]?.contents.map(([version]) => version)).toEqual([1, 2, 3, 4]);
  });

  test('the page has the events of its own run, where a history has several', async () => {
    const { directory, report } = await madeUpRun();
    const [header, ...events] = lossEvents();
    const other = [{ ...header, seed: 8 }, ...events] as HistoryEvent[];
    const all = [...other, ...lossEvents(), ...other].map((event) => JSON.stringify(event));
    writeFileSync(path.join(directory, 'history.jsonl'), `${all.join('\n')}\n`);
    const { scenarios } = await stressPage(report, directory);
    expect(scenarios[0]?.overview?.operations).toBe(5);
  });

  test('calls of the final audit are counted, and not drawn', async () => {
    const { directory, report } = await madeUpRun();
    const audit = { op: 'audit.0.0', client: 'audit', process: 104 };
    const calls = [
      { type: 'invoke', time: 90e6, ...audit, action: 'all' },
      { type: 'ok', time: 91e6, op: audit.op, result: {} },
    ];
    const all = [...lossEvents(), ...calls].map((event) => JSON.stringify(event));
    writeFileSync(path.join(directory, 'history.jsonl'), `${all.join('\n')}\n`);
    const { scenarios } = await stressPage(report, directory);
    expect(scenarios[0]?.overview).toMatchObject({ operations: 5, audits: 1 });
  });
});

describe('what is held of a run', () => {
  test('the overview keeps every operation and violation in few buckets, however long the run is', () => {
    const maker = new OverviewMaker();
    const count = 20_000;
    for (let at = 0; at < count; at++)
      maker.ended(at % 3 === 0 ? 'get' : 'set', at * 1000, at * 1000 + 500, 'ok');
    maker.violated(5_000_000);
    maker.violated(1e12);
    const overview = maker.finish({ faults: [], faultsLeftOut: 0 });
    const sum = (list: readonly number[] = []) => list.reduce((total, one) => total + one, 0);
    expect(sum(overview?.writes.count) + sum(overview?.reads.count)).toBe(count);
    expect(sum(overview?.violations)).toBe(2);
    expect(overview?.violations.length).toBeLessThanOrEqual(240);
    expect(overview?.dots.length).toBeLessThanOrEqual(500 + 2 * 240);
  });

  test('a percentile of the histogram is at most 3 % off, and the slowest call is exact', () => {
    const histogram = new Histogram();
    const values = Array.from({ length: 5000 }, (_, at) => 100 + at * at);
    for (const value of values) histogram.add(value);
    for (const share of [0.5, 0.9, 0.99]) {
      const exact = values[Math.ceil(share * values.length) - 1] ?? 0;
      expect(Math.abs((histogram.quantile(share) ?? 0) / exact - 1)).toBeLessThan(0.03);
    }
    expect(histogram.quantile(1)).toBe(values.at(-1));
    expect(new Histogram().quantile(0.5)).toBeNull();
  });

  test('each picture takes so many calls, and counts what it leaves out', () => {
    const small = { from: 100, to: 200, calls: 0, contents: 0, leftOut: 0 };
    const long = { from: 0, to: 1000, calls: 0, contents: 0, leftOut: 0 };
    const windows = new Windows([small, long]);
    expect([windows.touch(1001, 1002), windows.touch(150, 150)]).toEqual([false, true]);
    const taken = Array.from({ length: 100 }, () => windows.take('calls', 500, 510));
    expect(taken.filter(Boolean)).toHaveLength(70);
    expect([long.leftOut, small.calls]).toEqual([30, 0]);
    expect(windows.take('calls', 150, 150)).toBe(true);
    expect([long.leftOut, small.calls]).toEqual([31, 1]);
  });
});

test('the more groups a run has, the fewer of each are drawn, one at least, and none of those beyond 160', () => {
  const drawnOf = (programs: number) => {
    const groups = new Groups(12);
    for (let at = 0; at < 20 * programs; at++) {
      const operations = [`p${String.fromCodePoint(97 + (at % programs))}-1.0.${at}`];
      groups.add({
        kind: 'lost-update',
        guarantee: 'G2',
        sentence: '',
        operations,
        from: 0,
        to: at,
      } as never);
    }
    return groups
      .finish((_, id) => ({ id }) as never, 'run')
      .map(({ examples, count, more }) => [examples.length, count, more.length]);
  };
  expect(drawnOf(2)).toEqual([
    [12, 20, 8],
    [12, 20, 8],
  ]);
  expect(drawnOf(40)[0]).toEqual([4, 20, 16]);
  const many = drawnOf(200);
  expect(many.slice(0, 160).every(([drawn, , named]) => drawn === 1 && named === 15)).toBe(true);
  expect(many.slice(160).every(([drawn, , named]) => drawn === 0 && named === 15)).toBe(true);
  expect(drawnOf(1000).at(-1)).toEqual([0, 20, 3]);
});
