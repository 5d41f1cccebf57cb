import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeReportAgain } from '../../check/find-again.js';
import { judgeHistory } from '../../check/judge-history.js';
import { durationsOf } from '../../checkers/latency.js';
import type { Report } from '../../core/report.js';
import { merge } from './merge.js';
import { type MadeUp, makeShard, makeShards, newPlace } from './shards.test.helper.js';

const mergeAll = (directories: readonly string[]) =>
  merge({ directories, out: path.join(newPlace(), 'merged') });

/** What a report says, without where it was made and where its runs are, how long it took, and for how long a run would be made again. */
const said = ({ out: _, shards: __, ...report }: Report & { out: string }): unknown =>
  JSON.parse(JSON.stringify(report).replace(/ --duration \d+s/g, ''), (name, value) =>
    ['files', 'judgeMs', 'reportMs'].includes(name) ? undefined : value,
  );

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Where the files beside a report have nothing of one of its runs, or something of another. */
function strayFiles({ controls, scenarios, out }: Report & { out: string }): string[] {
  const history = readFileSync(path.join(out, 'history.jsonl'));
  const findings = linesOf(path.join(out, 'findings.jsonl'));
  return [...controls, ...scenarios].flatMap((one) => {
    const { scenario, seed, repetition, mustFind, files, counts } = one;
    const header = JSON.parse(history.subarray(files?.start).toString().split('\n', 1)[0] ?? '');
    const own = findings.filter(({ run, kind }) => run === files?.run && kind === 'lost-update');
    const [is, should] = [
      JSON.stringify([
        header.type,
        header.scenario,
        header.seed,
        header.repetition,
        header.mustFind,
        own.length,
      ]),
      JSON.stringify(['run', scenario, seed, repetition, mustFind, counts.lost]),
    ];
    return is === should ? [] : [`${is}, not ${should}`];
  });
}

describe('a merge of shards', () => {
  it('the report of four shards is that of one run: plan, counts, percentiles and verdict', async () => {
    const loses: MadeUp['loses'] = ({ scenario, repetition }) => scenario.name === 'b' && repetition === 2;
    const one = await mergeAll(await makeShards(1, { loses }));
    const four = await mergeAll(await makeShards(4, { loses }));
    expect(said(four)).toEqual(said(one));
    expect(four.scenarios.map(({ scenario, repetition = 1 }) => `${scenario}${repetition}`).join()).toBe(
      'a1,b1,c1,a2,b2,c2,a3,b3,c3',
    );
    expect([four.result, four.scenarios.filter(({ result }) => result === 'invalid').length]).toEqual([
      'invalid',
      1,
    ]);
    expect(four.scenarios[4]?.reproduce).toContain(`--seed ${four.scenarios[4]?.seed}`);
  });

  it('percentiles of several runs are those of all their calls, to three figures', async () => {
    const report = await mergeAll(await makeShards(4));
    const durations: number[] = [];
    await judgeHistory(path.join(report.out, 'history.jsonl'), 0, undefined, ({ run }) => {
      const sets = run.header.scenario === 'a' ? durationsOf(run).get('set') : undefined;
      for (let n = 0; n < (sets?.length ?? 0); n++) durations.push(sets?.get(n) ?? 0);
    });
    durations.sort((a, b) => a - b);
    const exact = (percent: number) =>
      (durations[Math.ceil((percent / 100) * durations.length) - 1] ?? 0) / 1e6;
    const total = report.totals?.find(({ scenario }) => scenario === 'a');
    const [p50 = 0, p99 = 0] = [total?.latencyMs.set?.p50, total?.latencyMs.set?.p99];
    expect([durations.length, total?.runs, total?.counts.acknowledged]).toEqual([60, 3, 60]);
    expect([Math.abs(p50 / exact(50) - 1) < 0.002, Math.abs(p99 / exact(99) - 1) < 0.002]).toEqual([
      true,
      true,
    ]);
    // The mean of the runs' own is another number.
    const own = report.scenarios
      .filter(({ scenario }) => scenario === 'a')
      .map(({ latencyMs }) => latencyMs.set?.p99 ?? 0);
    expect(own.reduce((sum, p) => sum + p, 0) / own.length).not.toBeCloseTo(p99, 2);
  });

  it('the merged directory has each form of the report, and a history that can be judged again', async () => {
    const { out, ...report } = await mergeAll(await makeShards(2));
    expect(
      ['report.json', 'report.html', 'summary.md'].filter((name) => !existsSync(path.join(out, name))),
    ).toEqual([]);
    expect(JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(report)),
    );
    expect(readFileSync(path.join(out, 'summary.md'), 'utf8')).toContain('Merged from 2 of 2 shards');
    expect(await judgeHistory(path.join(out, 'history.jsonl'))).toHaveLength(9);
  });

  it('each run of a merged report, planted bugs included, says where its events and its findings are, also when it is judged again', async () => {
    // Of the planted bug each shard has a run with the same scenario, target and seed as the first run of a.
    const loses: MadeUp['loses'] = ({ scenario, repetition, mustFind }) =>
      mustFind !== undefined || (scenario.name === 'b' && repetition > 1);
    const merged = await mergeAll(await makeShards(3, { hasControl: true, loses }));
    expect([merged.controls.length, merged.scenarios.length, strayFiles(merged)]).toEqual([1, 9, []]);
    expect(merged.scenarios.map(({ files }) => files?.run).join()).not.toBe('1,2,3,4,5,6,7,8,9');
    const again = await judgeReportAgain(merged, merged.out);
    expect(strayFiles({ ...again, out: merged.out })).toEqual([]);
    expect(said({ ...again, out: '' })).toEqual(said(merged));
  });

  it('the report says when the first shard began, of which version, and of which commit where it is one', async () => {
    const shards = await makeShards(2);
    const times = ['2026-11-30T10:00:02.000Z', '2026-11-30T10:00:01.000Z'];
    const write = (commits: readonly string[]) => {
      for (const [at, shard] of shards.entries()) {
        const environment = { time: times[at], commit: commits[at] };
        writeFileSync(path.join(shard, 'report.json'), JSON.stringify({ durationMs: 5, environment }));
      }
    };
    write(['abc', 'abc']);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect((await mergeAll(shards)).shards).toMatchObject({ version, began: times[1], commit: 'abc' });
    write(['abc', 'def']);
    expect((await mergeAll(shards)).shards).not.toHaveProperty('commit');
  });

  it('one directory that holds those of the shards stands for them', async () => {
    const [first = ''] = await makeShards(3);
    const { scenarios, result } = await mergeAll([path.dirname(first)]);
    expect([result, scenarios.length]).toEqual(['valid', 9]);
  });
});

describe('what is missing is never green', () => {
  it('a shard that was not given is named with its runs, and the result is unknown', async () => {
    const { result, leftOut, shards } = await mergeAll((await makeShards(4)).toSpliced(2, 1));
    expect([result, shards?.missing]).toEqual(['unknown', [3]]);
    expect(leftOut).toEqual([
      'shard 3 of 4 is missing: 2 runs not judged (a on hardened, run 3; c on hardened)',
    ]);
  });

  it('shards that had no time for any run, and so have no history, are inconclusive', async () => {
    const shards = await makeShards(2, { skips: () => true });
    for (const shard of shards) rmSync(path.join(shard, 'history.jsonl'));
    const { result, scenarios } = await mergeAll(shards);
    expect([result, scenarios]).toEqual(['unknown', []]);
  });

  it('a shard that has nothing to run is not missing', async () => {
    const place = newPlace();
    const names = await Promise.all(
      [1, 2, 3].map((n) => makeShard(path.join(place, `${n}`), n, 5, { options: { repeat: 1 } })),
    );
    expect(await mergeAll(names)).toMatchObject({ result: 'valid', shards: { missing: [] } });
  });

  it('a shard that was interrupted, or played less than its plan, makes the result unknown', async () => {
    const interrupts: MadeUp['interrupts'] = ({ scenario, repetition }) =>
      scenario.name === 'c' && repetition === 3;
    const cut = await mergeAll(await makeShards(4, { interrupts }));
    expect([cut.result, cut.scenarios.filter(({ result }) => result === 'unknown').length]).toEqual([
      'unknown',
      1,
    ]);
    const skips = interrupts;
    const short = await mergeAll(await makeShards(4, { skips }));
    expect([short.result, short.leftOut]).toEqual([
      'unknown',
      ['c on hardened, run 3: not played by shard 1 of 4'],
    ]);
  });

  it('a loss stays one, whatever is missing', async () => {
    const { result } = await mergeAll((await makeShards(4, { loses: () => true })).slice(1));
    expect(result).toBe('invalid');
  });

  it('each machine must have found each planted bug, and a bug that was not played is not found', async () => {
    const isControl: MadeUp['loses'] = ({ mustFind }) => mustFind !== undefined;
    const made = { hasControl: true };
    const seen = await makeShards(2, { ...made, loses: isControl });
    expect(await mergeAll(seen)).toMatchObject({
      result: 'valid',
      controls: [{ found: true, mustFind: 'lost' }],
    });
    const [first = ''] = seen;
    const [, blind = ''] = await makeShards(2, made);
    expect(await mergeAll([first, blind])).toMatchObject({ result: 'blind', controls: [{ found: false }] });
    const [, killed = ''] = await makeShards(2, { ...made, interrupts: isControl });
    expect(await mergeAll([first, killed])).toMatchObject({
      result: 'unknown',
      leftOut: expect.arrayContaining([
        'a on hardened: the planted bug was looked for 1 of 3 times by shard 2 of 2',
        'b on hardened, run 3: not played by shard 2 of 2',
      ]),
    });
    const [, unplayed = ''] = await makeShards(2, { ...made, skips: isControl });
    expect(await mergeAll([first, unplayed])).toMatchObject({
      result: 'unknown',
      leftOut: ['a on hardened: the planted bug was not played by shard 2 of 2'],
    });
  });
});

describe('shards that are not of one run', () => {
  it.each<[string, MadeUp['options'], string]>([
    ['another seed', { seed: 8 }, 'seed 8, not 7; give all shards the same --seed'],
    ['other repetitions', { repeat: 2 }, 'give all shards the same scenarios, targets and --repeat'],
    ['another duration', { durationMs: 130_000 }, 'durationMs 130000, not 120000'],
    ['another amount of work', { operations: 9 }, 'the same --clients and --operations'],
    ['another target', { targets: ['naive'] }, 'its contents differ, as in'],
  ])('a shard with %s is refused, and what differs is named', async (_, options, words) => {
    const [first = ''] = await makeShards(2);
    const other = await makeShard(path.join(newPlace(), 'other'), 2, 2, { options: options ?? {} });
    await expect(mergeAll([first, other])).rejects.toThrow(words);
  });

  it('a shard of another version is refused', async () => {
    const [first = '', second = ''] = await makeShards(2);
    const file = path.join(second, 'shard.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, '"version": "0.0.1"'));
    await expect(mergeAll([first, second])).rejects.toThrow('version 0.0.1, not');
  });

  it('a shard that is given twice, a directory that is none, and a target of the merge that is one of them are refused', async () => {
    const [first = '', second = ''] = await makeShards(2);
    await expect(mergeAll([first, second, first])).rejects.toThrow('are both shard 1 of 2');
    await expect(mergeAll([newPlace()])).rejects.toThrow('is no shard of a run: it has no shard.json');
    await expect(mergeAll([path.join(newPlace(), 'gone')])).rejects.toThrow('there is no directory');
    writeFileSync(path.join(second, '.holdfast-run'), '');
    await expect(merge({ directories: [first, second], out: second })).rejects.toThrow(
      'is one of the shards',
    );
    const link = path.join(newPlace(), 'link');
    symlinkSync(second, link);
    for (const out of [link, second])
      await expect(merge({ directories: [first], out })).rejects.toThrow('or has a run of its own');
    expect(existsSync(path.join(second, 'history.jsonl'))).toBe(true);
  });

  it('a history of another plan is refused', async () => {
    const [first = ''] = await makeShards(1);
    const [other = ''] = await makeShards(1, { options: { seed: 8 } });
    writeFileSync(path.join(first, 'history.jsonl'), readFileSync(path.join(other, 'history.jsonl')));
    await expect(mergeAll([first])).rejects.toThrow(
      'has played what is not in its plan: a on hardened, seed 8',
    );
  });
});
