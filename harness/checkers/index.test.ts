import { describe, expect, test } from 'vitest';
import type { Operation } from '../history/run.js';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';

const healthy = `
  seed  github seed.0
  0-1   tui-1.0.1 set a
  2-3   web-1.0.1 all a=tui-1.0.1 github=seed.0
  final 20 a=tui-1.0.1 github=seed.0`;

describe('the verdict', () => {
  test('the verdict is valid where every check is', () => {
    const { result, checks } = judge(run(healthy));
    expect(result).toBe('valid');
    expect(Object.keys(checks).sort()).toEqual(['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7', 'G8', 'coverage']);
    expect(Object.values(checks).map((check) => check.result)).toEqual(Array(9).fill('valid'));
  });

  test('the verdict is unknown if too little happened', () => {
    const { result, checks } = judge(run(healthy, { acknowledged: 200, reads: 1, kills: 3 }));
    expect(result).toBe('unknown');
    expect(checks.coverage).toEqual({
      result: 'unknown',
      summary: 'too little happened: 1 of 200 acknowledged, 0 of 3 kills',
    });
  });

  test('the verdict is invalid if something was wrong, however little happened', () => {
    expect(judge(run('0-1 tui-1.0.1 set a\n final 20', { acknowledged: 200 })).result).toBe('invalid');
  });

  test('the verdict is unknown if nothing happened, though nothing was asked for', () => {
    expect(judge(run('final 20')).result).toBe('unknown');
  });

  test('the verdict is unknown if the scenario asks for a count that does not exist', () => {
    const { result, checks } = judge(run(healthy, { explosions: 3, constructor: 0 }));
    expect(result).toBe('unknown');
    expect(checks.coverage?.summary).toMatch(
      /"explosions", "constructor", expected one of: acknowledged, reads/,
    );
  });

  test('an interrupted run leaves every check unknown that its end could still have broken', () => {
    const { result, checks, findings } = judge(run('0-1 tui-1.0.1 set a\n 2- tui-1.0.2 set a'));
    expect(findings).toEqual([]);
    expect(result).toBe('unknown');
    const results = Object.entries(checks).map(([name, check]) => `${name} ${check.result}`);
    expect(results).toEqual([
      'G1 valid',
      ...['G2', 'G3', 'G8', 'G4', 'G5', 'G6', 'G7'].map((name) => `${name} unknown`),
      'coverage valid',
    ]);
  });

  test('an interrupted run is invalid for what it has already shown', () => {
    const { findings } = judge(
      run('seed github seed.0\n 0-1 tui-1.0.1 set a\n 2-3 web-1.0.1 all\n 4-5 web-1.0.2 all'),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['lost-update', 'lost-seed']);
  });

  test('a call that never returned hung, even in an interrupted run, if its process has ended', () => {
    const { findings } = judge(run('0- tui-1.0.1 get a\n exit 9 tui-1.0 0\n 0- web-1.0.1 get a'));
    expect(findings.map(({ kind, operations }) => [kind, ...operations])).toEqual([['hung', 'tui-1.0.1']]);
  });

  test('the verdict of one guarantee does not depend on another that the same checker judges', () => {
    const { checks } = judge(
      run(`
        1-50  tui-1.0.1   set b
        pause 2-40 tui-1.0
        5-9   login-1.0.1 set a
        final 60 b=tui-1.0.1`),
    );
    expect([checks.G2?.result, checks.G8?.result]).toEqual(['valid', 'invalid']);
  });

  test('a checker that crashes is unknown, and the other checks keep their results', () => {
    const broken = { ...run('0-1 tui-1.0.1 set a\n final 20') };
    Object.defineProperty(broken, 'modes', {
      get() {
        throw new Error('no modes');
      },
    });
    const { result, checks } = judge(broken);
    expect(checks.G6).toEqual({ result: 'unknown', summary: 'the checker failed: no modes' });
    expect(checks.G2?.result).toBe('invalid');
    expect(result).toBe('invalid');
  });
});

describe('the report', () => {
  test('the report bounds the rate of losses if there was none', () => {
    const writes = Array.from({ length: 100 }, (_, at) => `${at}-${at} tui-1.0.${at} set a`).join('\n');
    const { checks } = judge(run(`${writes}\n final 200 a=tui-1.0.99`));
    // 1 - 0.05^(1/100) = 0.02951
    expect(checks.coverage).toEqual({
      result: 'valid',
      summary: '0 lost of 100 acknowledged: below 1 in 33 at 95 % if losses were independent',
    });
  });

  test('the report names the worst findings first, and then the earliest', () => {
    const { findings, checks } = judge(
      run(`
        mode  1 auth.json 644
        0-1   web-1.0.0 get b =
        5-6   tui-1.0.1 set b
        2-3   web-1.0.1 set a
        file  4 broken
        seed  github seed.0
        8-9   web-1.0.2 set c
        12-13 web-1.0.3 get c =
        14-15 web-1.0.4 get c = web-1.0.2
        final 20 c=web-1.0.2`),
    );
    expect(findings.map(({ kind, from }) => `${from / 1e6} ${kind}`)).toEqual([
      '2 lost-update',
      '5 lost-update',
      '0 lost-seed',
      '4 torn-file',
      '8 stale-read',
      '1 loose-mode',
    ]);
    expect(checks.G2?.summary).toMatch(/^2 lost updates, 1 stale read, first: web-1\.0\.1 set "a"/);
  });

  test('the report counts operations, faults and findings', () => {
    const { counts } = judge(
      run(`
        kill    3 tui-1.0
        pause   3-4 tui-1.0
        corrupt 3
        0-1     tui-1.0.1 set a
        2-3     tui-1.0.2 remove a
        3-4     tui-1.0.3 set a fail
        3-4     tui-1.0.4 set a unknown
        3-4     tui-1.0.5 get a fail
        3-4     tui-1.0.6 get a =
        3-4     tui-1.0.7 all
        5-      tui-1.0.8 set a
        file    1 a=tui-1.0.1
        file    3 broken
        exit    9 tui-1.0 SIGKILL
        final   20 a=tui-1.0.8 b=!what +tmp`),
    );
    expect(counts).toEqual({
      acknowledged: 2,
      contradictions: 0,
      reads: 2,
      failed: 2,
      unknown: 2,
      kills: 1,
      pauses: 1,
      corruptions: 1,
      versions: 1,
      overlaps: 0,
      empty: 1,
      missing: 0,
      lost: 0,
      stale: 0,
      resurrected: 0,
      garbage: 0,
      torn: 1,
      seedsLost: 0,
      looseModes: 0,
      leftovers: 1,
      linksReplaced: 0,
      linksFollowed: 0,
      disclosed: 0,
      plants: 0,
      memberKills: 0,
      memberStops: 0,
      memberCuts: 0,
      memberIsolations: 0,
      memberWipes: 0,
      majorityKills: 0,
      elections: 0,
      membersAnswering: 0,
      acknowledgedUnderFaults: 0,
      hung: 0,
      starved: 0,
      crashed: 0,
      unusable: 0,
      foreignWrites: 0,
      staleRewrites: 0,
      misreads: 0,
      foreignLost: 0,
      foreignUndone: 0,
      refreshes: 0,
      refreshedTwice: 0,
      loggedOut: 0,
    });
  });

  test('the report gives percentiles of the time of successful calls in milliseconds', () => {
    const writes = Array.from({ length: 150 }, (_, at) => `${at}-150 tui-1.0.${at} set a`).join('\n');
    const { latencyMs } = judge(run(`${writes}\n 0-9 tui-1.0.200 get b fail\n 0-0.0012345 web-1.0.1 all`));
    expect(latencyMs).toEqual({
      set: { p50: 75, p99: 149, max: 150 },
      all: { p50: 0.001, p99: 0.001, max: 0.001 },
    });
  });
});

describe('a long history', () => {
  const keys = Array.from({ length: 60 }, (_, at) => `provider-${at}`);

  /** One operation after another: writes in turn, and now and then a read of all. */
  function long(
    count: number,
    result: (entries: Record<string, string>) => Record<string, string>,
  ): Operation[] {
    const entries: Record<string, string> = {};
    return Array.from({ length: count }, (_, at) => {
      const id = `c-${at % 8}.0.${at}`;
      const isRead = at % 4 === 3;
      const key = keys[at % keys.length] ?? '';
      const before = result({ ...entries });
      if (!isRead) entries[key] = id;
      return {
        id,
        client: `c-${at % 8}`,
        process: at % 8,
        begin: at * 10,
        end: at * 10 + 5,
        ...(isRead ? { action: 'all', key: undefined } : { action: 'set', key }),
        outcome: 'ok',
        result: isRead ? before : undefined,
        error: undefined,
        torn: false,
        hung: false,
        times: 1,
        foreign: false,
        isRemote: false,
      };
    });
  }

  test('the effort for a long history grows more slowly than the square of its length, healthy or not', () => {
    /** Of the processor, which other processes do not change. */
    const effortOf = (count: number) => {
      const before = process.cpuUsage();
      const healthyRun = { ...run(''), operations: long(count, (entries) => entries) };
      expect(judge(healthyRun).counts.lost).toBe(0);
      // A store that forgets everything at once: each write is lost to the next read.
      const brokenRun = { ...run(''), operations: long(count, () => ({})) };
      expect(judge(brokenRun).counts.lost).toBeGreaterThan(0.7 * count);
      return process.cpuUsage(before).user;
    };
    effortOf(500);
    // A check that compares all pairs takes 100 times as much.
    expect(effortOf(5_000) / effortOf(500)).toBeLessThan(50);
  });
});
