import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import { until } from '../../src/waiting.test.helper.js';
import type { Difference } from '../bench/compare.js';
import type { BenchReport, WritesResult } from '../bench/result.js';
import { childrenOf } from '../targets/children.js';
import { command, fixture, holdfastWarm, newDirectory, processesIn } from './command.test.helper.js';

/** Runs one part once. Its times are never looked at: they are those of a busy machine. */
async function bench(...flags: string[]) {
  const cwd = newDirectory();
  const { exitCode, stdout, stderr } = await holdfastWarm(['bench', '--rounds', '1', '--json', ...flags], {
    cwd,
  });
  const report = stdout.startsWith('{') ? (JSON.parse(stdout) as BenchReport) : undefined;
  return { exitCode, report, stderr, cwd };
}

function writesOf(report: BenchReport | undefined, target: string): WritesResult[] {
  const writes = report?.results.filter((result) => result.kind === 'writes') ?? [];
  return writes.filter((result) => result.target === target);
}

describe('a measurement', () => {
  eachInTiers(['concurrent', 'sequential'])(
    'one process is measured, and the JSON report has its figures: %s',
    async (part) => {
      const { exitCode, report, stderr, cwd } = await bench('--suite', 'store', '--only', part);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(report).toMatchObject({ schema: 1, suite: 'store', target: 'hardened', lost: 0 });
      expect(report?.cpus).toBeGreaterThan(0);
      const [ratio] = report?.results ?? [];
      if (ratio?.kind !== 'ratio') throw new Error('the first result is not a ratio');
      for (const value of [ratio.ours, ratio.other.value, ratio.ratio.median])
        expect(value).toBeGreaterThan(0);
      expect(writesOf(report, 'hardened')).toMatchObject([{ part, failed: 0, lost: 0 }]);
      expect(writesOf(report, 'hardened')[0]?.acknowledged).toBeGreaterThan(100);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  // Its short twin is harness/formats/verdicts.test.ts.
  it('the suite of the checks judges recorded histories, all of them correctly', long, async () => {
    const { exitCode, report } = await bench('--suite', 'check', '--only', 'recorded');
    expect(exitCode).toBe(0);
    const wrong = report?.results.find(
      (result) => result.kind === 'value' && result.name === 'recorded-wrong',
    );
    expect(wrong).toMatchObject({ value: { median: 0 }, met: true });
    expect(report?.results).toHaveLength(2);
  });

  // The short twins of these, and of those at rest and of the rivals, are in harness/bench/tally.test.ts.
  it('every acknowledged write of processes that contend is found in the hardened store', long, async () => {
    const { exitCode, report } = await bench('--only', 'contended');
    const writes = writesOf(report, 'hardened');
    expect(writes.map(({ processes }) => processes)).toEqual([2, 8]);
    // 100 sets each, and what is there before: ten entries, and one for each other process.
    expect(writes.map(({ acknowledged }) => acknowledged)).toEqual([211, 817]);
    expect(writes.map(({ lost, failed }) => [lost, failed])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(exitCode).toBe(0);
  });

  it('the report counts what a store loses, and the exit code is 1', long, async () => {
    const { exitCode, report, cwd } = await bench('--only', 'contended', '--target', 'naive');
    for (const { lost } of writesOf(report, 'naive')) expect(lost).toBeGreaterThan(0);
    expect(report?.lost).toBeGreaterThan(0);
    expect(writesOf(report, 'textbook').map(({ lost }) => lost)).toEqual([0, 0]);
    expect(exitCode).toBe(1);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it(
    'a store at rest is measured for handles that keep a process alive: the hardened store has none',
    long,
    async () => {
      const modules = newDirectory();
      const clinging = path.join(modules, 'clinging.mts');
      const forgetful = fixture('in-memory.ts');
      const text = `
      import { open as openForgetful } from ${JSON.stringify(forgetful)};
      export const open = (file: string) => (setInterval(() => {}, 1e3), openForgetful(file));`;
      writeFileSync(clinging, text);
      const handles = async (target: string) => {
        const { report, stderr } = await bench('--only', 'reads', '--target', target);
        expect(stderr).toBe('');
        return report?.results.find((result) => result.kind === 'value' && result.name === 'idle-handles');
      };
      expect(await handles(clinging)).toMatchObject({ value: { median: 1 }, met: false });
      expect(await handles('hardened')).toMatchObject({ value: { median: 0 }, met: true });
    },
  );

  it(
    'a store is measured with one process and with up to 32, drawn, and held against an earlier report',
    nightly,
    async () => {
      const files = newDirectory();
      const [svg, earlier] = [path.join(files, 'curve.svg'), path.join(files, 'earlier.json')];
      const { exitCode, report, stderr } = await bench('--only', 'curve', '--svg', svg);
      expect([exitCode, stderr]).toEqual([0, '']);
      const curves = report?.results.filter((result) => result.kind === 'curve') ?? [];
      expect(curves.map(({ target }) => target).toSorted()).toEqual([
        'hardened',
        'lmdb',
        'sqlite',
        'textbook',
      ]);
      for (const { note, points } of curves) if (points.length === 0) expect(note).toMatch(/npm i -D/);
      expect(curves[0]?.points.map(({ processes, lost }) => [processes, lost])).toEqual(
        [1, 2, 4, 8, 16, 32].map((processes) => [processes, 0]),
      );
      expect(readFileSync(svg, 'utf8')).toContain('>hardened</text>');

      // As if it had been a thousand times as fast.
      const faster = { median: 1e9, min: 1e9, max: 1e9 };
      const points = curves[0]?.points.map((point) => ({ ...point, perSecond: faster }));
      writeFileSync(earlier, JSON.stringify({ ...report, results: [{ ...curves[0], points }] }));
      const again = await bench('--only', 'curve', '--compare', earlier);
      const found = (again.report as BenchReport & { differences: Difference[] }).differences;
      const slower = found.filter(({ isSlower, what }) => isSlower && what.endsWith('sets/s'));
      expect(slower).toHaveLength(6);
    },
  );

  it.each([
    ['no JSON', 'not JSON'],
    ['no report', '{"schema":1}'],
  ])('an earlier report that is none is refused before anything is measured: %s', async (_, text) => {
    const earlier = path.join(newDirectory(), 'earlier.json');
    writeFileSync(earlier, text);
    const { exitCode, stderr } = await bench('--compare', earlier);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('earlier.json')]);
  });

  it('the suite of rivals measures other stores beside ours, each with what it loses', nightly, async () => {
    const { exitCode, report, cwd } = await bench('--only', 'rivals');
    const rivals = report?.results.filter((result) => result.kind === 'rival') ?? [];
    const packages = ['conf', 'lowdb', 'configstore', 'keyv-file', 'sqlite', 'lmdb'];
    const names = ['hardened', 'textbook', 'naive', ...packages];
    expect(rivals.map(({ target }) => target)).toEqual(names);
    for (const { note, one, losses } of rivals) {
      // What can't be run here says what it takes.
      if (!one) expect(note).toMatch(/npm i -D|needs Node/);
      else expect(losses.length).toBeGreaterThan(0);
    }
    const lostBy = (name: string) =>
      rivals.find(({ target }) => target === name)?.losses.reduce((sum, { lost }) => sum + lost, 0);
    expect(lostBy('hardened')).toBe(0);
    for (const name of ['naive', 'conf', 'configstore', 'keyv-file']) expect(lostBy(name)).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it(
    'the suite of tokens measures a verification beside one static token, and a thousand tokens beside ten',
    long,
    async () => {
      const { exitCode, report, stderr, cwd } = await bench('--suite', 'verify');
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      const figures = report?.results.map((result) => {
        if (result.kind === 'value') return [result.name, result.value.median > 0];
        return result.kind === 'ratio' ? [result.name, result.ratio.median > 0] : [];
      });
      expect(figures).toEqual([
        ['verify', true],
        ['beside-bearer-auth', true],
        ['many-tokens', true],
      ]);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it('tokens that are verified from a stale cache are not measured: exit code 70', async () => {
    const target = `${fixture('tokens-ttl-cache.mjs')}?ttlMs=60000`;
    const { exitCode, stderr } = await bench('--suite', 'verify', '--target', target);
    expect(stderr).toContain('a stale answer would be measured');
    expect(exitCode).toBe(70);
  });

  eachInTiers(['SIGINT', 'SIGTERM'] as const)(
    'an interrupted measurement leaves nothing behind: %s',
    async (signal) => {
      const cwd = newDirectory();
      const run = execa(process.execPath, [command, 'bench', '--only', 'contended'], { cwd, reject: false });
      await until(() => childrenOf(run.pid ?? 0).length >= 4);
      run.kill(signal);
      const { exitCode, stdout } = await run;
      expect(stdout).toContain('Interrupted');
      expect(exitCode).toBe(130);
      expect(processesIn(cwd)).toEqual([]);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it('a store that does not open is refused with its error, and nothing is left behind', async () => {
    const modules = newDirectory();
    const failing = path.join(modules, 'failing.mjs');
    writeFileSync(failing, `export const open = () => { throw new Error('this store does not open'); };`);
    const { exitCode, stderr, cwd } = await bench('--only', 'sequential', '--target', failing);
    expect(stderr).toContain('this store does not open');
    expect(exitCode).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('bad input', () => {
  const refused: [string[], string][] = [
    [['--suite', 'stor'], 'unknown suite "stor" (did you mean "store"?); expected one of: store, verify'],
    [['--suite', 'constructor'], 'unknown suite "constructor"; expected one of: store, verify'],
    [
      ['--only', 'read'],
      'unknown part "read" (did you mean "reads"?); expected one of: sequential, concurrent',
    ],
    [['--target', 'nave'], 'unknown target "nave" (did you mean "naive"?)'],
    [['--rounds', '0'], 'expected a whole number from 1'],
    [['--dir', 'absent'], 'absent'],
  ];
  it.each(refused)('bad input is refused by name: %j', async (flags, message) => {
    const { exitCode, stderr } = await holdfastWarm(['bench', ...flags]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
