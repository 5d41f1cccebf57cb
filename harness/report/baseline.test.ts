import { describe, expect, it } from 'vitest';
import type { ControlReport, Report, ScenarioReport } from '../core/report.js';
import { baselineOf, compareWithBaseline } from './baseline.js';

const run = (more: Partial<ScenarioReport> = {}): ScenarioReport =>
  ({
    ...{ scenario: 'kill-9', target: 'mine', executor: 'stress', runtime: 'node', seed: 1, schedule: null },
    result: 'valid',
    checks: { G1: { result: 'valid' }, G2: { result: 'valid' }, coverage: { result: 'valid' } },
    counts: { acknowledged: 1000, lost: 0, torn: 0 },
    latencyMs: { set: { p50: 1, p99: 10, max: 20 } },
    ...{ elapsedMs: 2000, violations: [], reproduce: 'again', ...more },
  }) as ScenarioReport;

const control = {
  ...run({ scenario: 'two-terminals', target: 'naive' }),
  mustFind: 'lost',
  found: true,
} as ControlReport;
const report = (scenarios: ScenarioReport[], more: Partial<Report> = {}): Report => ({
  ...{ schema: 1, result: 'valid', seed: 1, durationMs: 1, controls: [control], scenarios },
  ...more,
});
const before = baselineOf(report([run()]));
const worse = (now: Report, baseline = before) =>
  compareWithBaseline(now, baseline).regressions.map(({ kind, sentence }) => `${kind}: ${sentence}`);
const count = (counts: Record<string, number>) => ({ ...run().counts, ...counts });

describe('a run and its baseline', () => {
  it('the same run is not worse, and both have it in common', () => {
    expect(compareWithBaseline(report([run()]), before)).toEqual({ compared: 1, regressions: [], notes: [] });
  });

  it('a violation that the baseline does not have is one, and one that it has is known', () => {
    const lost = report([run({ counts: count({ lost: 3 }), checks: { G2: { result: 'invalid' } } })]);
    expect(worse(lost)).toEqual([
      'new-violation: 3 lost, and none in the baseline',
      'unproved: G1 was valid, and is not checked',
      'unproved: coverage was valid, and is not checked',
    ]);
    expect(worse(lost, baselineOf(lost))).toEqual([]);
    const more = report([
      run({ counts: count({ lost: 9, torn: 1 }), checks: { G2: { result: 'invalid' } } }),
    ]);
    expect(worse(more, baselineOf(lost))).toEqual(['new-violation: 1 torn, and none in the baseline']);
  });

  it('a guarantee that was proved and is not any more is named, and one that never was is not', () => {
    const checks = (G1: object) => ({ ...run().checks, G1: { result: 'valid' as const, ...G1 } });
    const unknown = report([run({ checks: checks({ result: 'unknown' }) })]);
    expect(worse(unknown)).toEqual(['unproved: G1 was valid, and is unknown']);
    expect(worse(unknown, baselineOf(unknown))).toEqual([]);
    const inexact = report([run({ checks: checks({ exact: false }) })]);
    expect(worse(inexact)).toEqual(['unproved: G1 was valid, and is valid, not exact']);
    expect(worse(report([run()]), baselineOf(inexact))).toEqual([]);
  });

  it('a scenario that was left out is unproved, and one that is not part of the run is a note', () => {
    const other = run({ scenario: 'pause' });
    const both = baselineOf(report([run(), other]));
    const late = report([run()], { leftOut: ['pause on mine: no time was left; give more --duration'] });
    expect(worse(late, both)).toEqual([
      'unproved: was not run: pause on mine: no time was left; give more --duration',
    ]);
    const missing = report([run()], {
      leftOut: ['shard 2 of 2 is missing: 1 run not judged (pause on mine)'],
    });
    expect(worse(missing, both)).toHaveLength(1);
    expect(compareWithBaseline(report([run()]), both)).toMatchObject({
      compared: 1,
      regressions: [],
      notes: ['pause on mine is not part of this run'],
    });
  });

  it('a ratio to the control of the same run is worse beyond its bound, on whatever machine', () => {
    const slow = { latencyMs: { set: { p50: 1, p99: 50, max: 60 } }, elapsedMs: 10_000 };
    expect(worse(report([run(slow)]))).toEqual([
      "ratio: the 99th percentile of a set is 5.00 of the control's, and was 1.00: 5.0 times worse, bound 4",
      "ratio: the throughput is 0.20 of the control's, and was 1.00: 5.0 times worse, bound 4",
    ]);
    // A machine that is five times slower.
    expect(worse(report([run(slow)], { controls: [{ ...control, ...slow }] }))).toEqual([]);
    expect(worse(report([run(slow)]), { ...before, bounds: { p99: 6, throughput: 6 } })).toEqual([]);
    expect(compareWithBaseline(report([run(slow)], { controls: [] }), before)).toMatchObject({
      regressions: [],
      notes: ['kill-9 on mine: no control was run, so its speed is not compared'],
    });
  });

  it('the speed of a busy machine is no measure: it is not compared, and not kept', () => {
    const slow = run({ latencyMs: { set: { p50: 1, p99: 50, max: 60 } } });
    const on = (load: number) => ({ environment: { load: [load, 9, 9], cpus: 2 } }) as Partial<Report>;
    expect(worse(report([slow], on(2)))).toHaveLength(1);
    const busy = report([slow], on(2.1));
    expect(compareWithBaseline(busy, before)).toEqual({
      compared: 1,
      regressions: [],
      notes: [
        'the machine was busy when the run began (a load of 2.1 on 2 processors): no speed is compared',
      ],
    });
    expect(baselineOf(busy).rows[0]).not.toHaveProperty('ratios');
    expect(baselineOf(report([slow], on(2))).rows[0]).toHaveProperty('ratios');
  });

  it('several runs of a scenario count together, the worst of them for each guarantee', () => {
    const runs = [
      run(),
      run({ repetition: 2, counts: count({ torn: 2 }), checks: { G1: { result: 'invalid' } } }),
      run({ repetition: 3 }),
    ];
    expect(baselineOf(report(runs)).rows).toMatchObject([
      { violations: { torn: 2 }, checks: { G1: 'invalid', G2: 'valid' } },
    ]);
  });
});
