import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { makeShards } from '../stress/shards/shards.test.helper.js';
import { holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';
import { naive } from './naive-run.test.helper.js';

describe('the command merge', () => {
  it('merge writes each form of the report, and a missing shard has the exit code of an inconclusive run', async () => {
    const cwd = newDirectory();
    const shards = await makeShards(4);
    const whole = await holdfastWarm(['merge', ...shards], { cwd });
    expect([whole.exitCode, whole.stdout]).toEqual([0, expect.stringContaining('Merged from 4 of 4 shards')]);
    expect(whole.stdout).toMatch(/\| a +\| hardened +\| 3 +\| valid/);
    const files = ['report.json', 'report.html', 'summary.md', 'junit.xml', 'results.tap', 'history.jsonl'];
    expect(files.filter((name) => !existsSync(path.join(cwd, 'reports', 'merged', name)))).toEqual([]);
    expect(readFileSync(path.join(cwd, 'reports', 'merged', 'junit.xml'), 'utf8')).toContain(
      'name="a, run 2"',
    );
    const cut = await holdfastWarm(['merge', ...shards.slice(1), '--json'], { cwd });
    expect([cut.exitCode, (JSON.parse(cut.stdout) as Report).shards?.missing]).toEqual([3, [1]]);
  });

  it('what is no shard, and shards of different runs, are bad usage', async () => {
    const [one = ''] = await makeShards(2);
    const [, two = ''] = await makeShards(2, { options: { seed: 8 } });
    expect(await holdfastWarm(['merge', one, two])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('give all shards the same --seed'),
    });
  });

  it(
    'four machines with four shards come to what one machine does: plan, counts and verdict',
    long,
    async () => {
      const cwd = newDirectory();
      const args = [
        'stress',
        '--scenario',
        'two-terminals,kill-9',
        '--target',
        'naive',
        '--repeat',
        '2',
        '--seed',
        '7',
      ];
      const sized = [...args, '--operations', '40', '--duration', '30s', '--json'];
      const one = await holdfast([...sized, '--out', 'one'], { cwd });
      for (const n of [1, 2, 3, 4])
        await holdfast([...sized, '--shard', `${n}/4`, '--out', `shards/${n}`], { cwd });
      const four = await holdfastWarm(['merge', 'shards', '--json'], { cwd });
      const [single, merged] = [one, four].map(({ stdout }) => JSON.parse(stdout) as Report);
      const plan = (report: Report | undefined) =>
        report?.scenarios.map(({ scenario, target, repetition, seed, counts }) => [
          scenario,
          target,
          repetition,
          seed,
          Object.keys(counts),
        ]);
      expect(plan(merged)).toEqual(plan(single));
      expect(merged?.controls.map(({ mustFind, found }) => [mustFind, found])).toEqual(
        single?.controls.map(({ mustFind, found }) => [mustFind, found]),
      );
      expect(merged?.totals?.map(({ scenario, runs }) => [scenario, runs])).toEqual(
        single?.totals?.map(({ scenario, runs }) => [scenario, runs]),
      );
      expect([merged?.result, four.exitCode]).toEqual([single?.result, one.exitCode]);
    },
  );
});

describe('the baseline of a run', () => {
  it('a file that is none is refused before anything is run', async () => {
    const cwd = newDirectory();
    expect(await holdfastWarm([...naive, '--compare'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(path.join('reports', 'baseline.json')),
    });
    writeFileSync(path.join(cwd, 'b.json'), '{"schema":1,"rows":[],"bounds":{"p99":0}}');
    expect(await holdfastWarm([...naive, '--compare', 'b.json'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('its bounds are no numbers from 1'),
    });
    expect(existsSync(path.join(cwd, 'reports'))).toBe(false);
  });

  it('a merge is compared as a run is: what is worse fails it, and what is known does not', async () => {
    const cwd = newDirectory();
    const good = await makeShards(2);
    const bad = await makeShards(2, { loses: ({ scenario }) => scenario.name === 'b' });
    const kept = await holdfastWarm(['merge', ...good, '--update-baseline'], { cwd });
    expect([kept.exitCode, existsSync(path.join(cwd, 'reports', 'baseline.json'))]).toEqual([0, true]);
    expect((await holdfastWarm(['merge', ...good, '--compare'], { cwd })).stderr).toContain(
      '3 in common, nothing is worse.',
    );
    const worse = await holdfastWarm(['merge', ...bad, '--compare', '--json'], { cwd });
    expect([worse.exitCode, worse.stderr]).toEqual([
      1,
      expect.stringContaining('worse (new-violation): b on hardened: 3 lost'),
    ]);
    expect(JSON.parse(worse.stdout)).toMatchObject({ comparison: { regressions: [{ scenario: 'b' }] } });
  });
});
