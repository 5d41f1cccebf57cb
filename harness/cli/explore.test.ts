import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import { until } from '../../src/waiting.test.helper.js';
import { fixture } from '../explore/explore.test.helper.js';
import type { Exploration, Replayed } from '../index.js';
import type { ExplorePage } from '../report/page/data.js';
import { dataIn } from '../report/page/made-up.test.helper.js';
import { holdfast, holdfastWarm, newDirectory, processesIn } from './command.test.helper.js';

describe('holdfast explore', () => {
  it('says before it searches that its reports can’t be written', async () => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'reports'), '');
    const { exitCode, stdout, stderr } = await holdfastWarm(['explore', '--target', 'naive'], { cwd });
    expect([exitCode, stdout, stderr]).toEqual([
      2,
      '',
      'holdfast: nothing can be written into reports/explore; name another directory: --out',
    ]);
  });

  // A search by real processes is an interrupted one, below; what it finds is in harness/explore/explore.test.ts.
  eachInTiers([
    ['virtual', 'sim'],
    ['real', 'process'],
  ])(
    'explore prints a lost update of %s processes as a table and keeps its schedule, and replay runs it again, there or by real ones',
    async (_, executor) => {
      const cwd = newDirectory();
      const there = executor === 'sim' ? [] : ['--executor', executor];
      const found = await holdfastWarm(['explore', '--target', 'rename-only', ...there], { cwd });
      expect(found.exitCode).toBe(1);
      expect(found.stdout).toMatch(
        /\*\*lost-update\*\*: B\.0\.0 set "k1" \(acknowledged at T13\) and it was gone by T14/,
      );
      expect(found.stdout).toContain('v2 -> v3 by A removed k1, based on v1');
      expect(found.stdout).toMatch(
        /\| T14 \| rename auth\.json\.\d+-0\.tmp -> auth\.json +\| +\| v3 \{anthropic, k0\} \(without k1\) \|/,
      );
      expect(found.stdout).toMatch(
        /It fails because B's "open auth\.json to read" \(T7, .*naive\.ts:\d+\) comes before A's "rename/,
      );
      const [, id = ''] = /Again: .* (rename-only-[0-9a-f]{8})$/m.exec(found.stdout) ?? [];

      expect(found.stdout).toContain('2 of 2 runs in new processes');
      const report = JSON.parse(readFileSync(path.join(cwd, 'reports', 'explore', 'report.json'), 'utf8'));
      expect(report.scenarios[0]).toMatchObject({
        executor,
        exploration: { failures: [{ kind: 'lost-update', replayed: { same: 2, of: 2 } }] },
      });
      expect(report.scenarios[0].exploration.failures[0].unconfirmed).toBeUndefined();
      for (const where of [['--executor', 'sim'], []]) {
        const again = await holdfastWarm(['replay', id, ...where], { cwd });
        expect([again.exitCode, again.stdout]).toEqual([
          1,
          expect.stringMatching(/lost-update.*in 2 of 2 runs/s),
        ]);
      }
      const elsewhere = ['replay', id, '--target', 'hardened', '--executor', executor, '--json'];
      const other = await holdfastWarm(elsewhere, { cwd });
      expect(other.exitCode).toBe(0);
      expect(JSON.parse(other.stdout) as Replayed).toMatchObject({ result: 'valid', target: 'hardened' });

      const page = readFileSync(path.join(cwd, 'reports', 'explore', 'report.html'), 'utf8');
      const [failure] = (dataIn(page) as ExplorePage).searches[0]?.failures ?? [];
      expect(failure?.steps.find(([step]) => step === failure.pair?.[1])?.[3]).toBe(
        'v3 {anthropic, k0} (without k1)',
      );
      expect(found.stdout).toContain(`\nAgain: ${failure?.replay}\n`);

      const kept = path.join(cwd, 'reports', 'explore', 'schedules');
      expect(readdirSync(kept)).toEqual([`${id}.json`]);
      expect(readFileSync(path.join(kept, `${id}.json`), 'utf8')).not.toContain('made-up');
      expect(processesIn(cwd)).toEqual([]);
    },
  );

  it('mutants are refused where the source that they change is not', async () => {
    const { exitCode, stderr } = await holdfastWarm(['explore', '--mutants']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('there is no harness/mutants')]);
  });

  it('explore reports how much of a store it has tried where it found nothing', async () => {
    const { exitCode, stdout } = await holdfastWarm([
      'explore',
      '--clients',
      'set a | get a',
      '--one-writer',
      '--preemptions',
      '0',
      ...['--executor', 'sim'],
      '--json',
    ]);
    const { scenarios } = JSON.parse(stdout) as { scenarios: { exploration: Exploration }[] };
    expect(scenarios[0]?.exploration).toMatchObject({
      target: 'hardened',
      program: 'set a | get a',
      preemptions: 0,
      exhausted: true,
      result: 'valid',
      failures: [],
    });
    expect(exitCode).toBe(0);
  });

  it.each([
    ['sim', []],
    ['process', ['--executor', 'process']],
  ])(
    'explore says what ran the clients, and how to have it run them again: %s',
    long,
    async (executor, flags) => {
      const textbook = await holdfast(['explore', '--target', 'textbook', '--json', ...flags]);
      expect(JSON.parse(textbook.stdout).scenarios[0]).toMatchObject({
        result: 'valid',
        executor,
        exploration: { exhausted: true },
        reproduce: expect.stringContaining(` --executor ${executor}`),
      });
    },
  );

  // Its short twin is the first test.
  it('replay runs a schedule of virtual processes there or by real ones', long, async () => {
    const cwd = newDirectory();
    const simulated = (args: string[]) => holdfast([...args, '--executor', 'sim'], { cwd });
    const naive = await holdfast(['explore', '--target', 'naive'], { cwd });
    expect([naive.exitCode, naive.stdout]).toEqual([
      1,
      expect.stringContaining('2 of 2 runs in new processes'),
    ]);
    const [id = ''] = /naive-[0-9a-f]{8}/.exec(naive.stdout) ?? [];
    for (const replayed of [await simulated(['replay', id]), await holdfast(['replay', id], { cwd })])
      expect([replayed.exitCode, replayed.stdout]).toEqual([1, expect.stringContaining('lost-update')]);
  });

  // Its short twin is harness/explore/power-loss.test.ts.
  it(
    'explore --power-loss says what it tried, what is lost, and how to search and to run it again',
    long,
    async () => {
      const cwd = newDirectory();
      const args = ['explore', '--target', 'textbook', '--power-loss', '--clients', 'set a'];
      const found = await holdfastWarm([...args, '--power-states', '500'], { cwd });
      expect([found.exitCode, found.stderr]).toEqual([1, '']);
      for (const words of [
        '(up to 1 loss of power)',
        /Power lost at \d+ points: \d+ different disks of \d+ states that posix allows, at most 500 of a point/,
        'lost-update',
        '(power loss: ',
        'a machine loses its power in simulation only',
        'lost-update, in simulation only',
        'the same in 2 of 2 runs in simulation.',
      ])
        expect(found.stdout).toEqual(
          words instanceof RegExp ? expect.stringMatching(words) : expect.stringContaining(words),
        );
      const report = JSON.parse(readFileSync(path.join(cwd, 'reports', 'explore', 'report.json'), 'utf8'));
      expect(report.scenarios[0]).toMatchObject({
        reproduce: expect.stringMatching(/ --executor sim .* --power-loss --power-states 500$/),
        exploration: { losses: { cut: 0 }, failures: [{ guarantee: 'G3', replayed: { same: 2, of: 2 } }] },
      });
      const [id = ''] = /textbook-[0-9a-f]{8}/.exec(found.stdout) ?? [];
      const again = await holdfastWarm(['replay', id], { cwd });
      expect([again.exitCode, again.stdout]).toEqual([1, expect.stringContaining('lost-update')]);
    },
  );

  // Its short twin is harness/explore/split-calls.test.ts.
  it('explore --split-calls says that no real process was asked, and how to search again', long, async () => {
    const cwd = newDirectory();
    const found = await holdfastWarm(['explore', '--target', 'naive', '--split-calls'], { cwd });
    expect([found.exitCode, found.stderr]).toEqual([1, '']);
    expect(found.stdout).toContain('a process is stopped in the middle of a call in simulation only');
    const report = JSON.parse(readFileSync(path.join(cwd, 'reports', 'explore', 'report.json'), 'utf8'));
    expect(report.scenarios[0].reproduce).toMatch(/ --executor sim --split-calls$/);
  });

  // The short twin of these two is harness/explore/from-scenario.test.ts.
  it(
    'explore writes report.json, and reduces a stress scenario to a small program with its faults',
    long,
    async () => {
      const cwd = newDirectory();
      const args = [
        'explore',
        '--scenario',
        'kill-9',
        '--target',
        'naive',
        '--executor',
        'process',
        '--out',
        'found',
      ];
      const { exitCode } = await holdfast(args, { cwd });
      const report = JSON.parse(readFileSync(path.join(cwd, 'found', 'report.json'), 'utf8'));
      expect(report).toMatchObject({
        schema: 1,
        result: 'invalid',
        environment: { runtime: `node ${process.versions.node}`, version: expect.any(String) },
        command: expect.stringMatching(/^(npx holdfast|npm run) explore .*--target naive /),
      });
      const [one] = report.scenarios;
      expect(one).toMatchObject({
        scenario: 'kill-9',
        target: 'naive',
        executor: 'process',
        schedule: expect.stringMatching(/^naive-/),
        exploration: { faults: { kills: 1 } },
      });
      expect(Object.values(one.checks)).toEqual([{ result: 'invalid', summary: expect.any(String) }]);
      expect(exitCode).toBe(1);
    },
  );

  it(
    'explore takes the damages of a scenario as one damage, and the command that searches again has --damage',
    long,
    async () => {
      const { exitCode, stdout } = await holdfast(
        ['explore', '--scenario', 'corrupt-midway', '--target', 'naive', '--json'],
        { cwd: newDirectory() },
      );
      const [one] = JSON.parse(stdout).scenarios;
      expect(one).toMatchObject({
        result: 'invalid',
        reproduce: expect.stringMatching(/ --damage$/),
        exploration: { faults: { damages: 1 } },
      });
      expect(exitCode).toBe(1);
    },
  );

  // Its short twin is harness/explore/idle.test.ts.
  it(
    'explore looks for sleep where it is asked to, and the command that searches again asks, too',
    long,
    async () => {
      const clients = 'set a, set b, set c | set d, set e, set f';
      const args = [
        'explore',
        '--idle',
        '--strategy',
        'random',
        '--schedules',
        '1',
        '--clients',
        clients,
        '--json',
      ];
      const { exitCode, stdout } = await holdfast(args, { cwd: newDirectory() });
      expect(JSON.parse(stdout).scenarios[0]).toMatchObject({
        reproduce: expect.stringMatching(/ --idle 3$/),
        exploration: { conditions: { idleMs: 3 }, failures: [] },
      });
      expect(exitCode).toBe(0);
    },
  );

  it('a search until a time keeps a corpus, and says what it went on from and what it left', async () => {
    const cwd = newDirectory();
    const target = `${fixture('intents.mjs')}?way=makes-again`;
    const until = ['explore', '--target', target, '--until', '60s', '--corpus', 'kept'];
    const { exitCode, stdout } = await holdfastWarm(until, { cwd });
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(
        /^Corpus kept\/intents-[0-9a-f]{8}: nothing to go on from; \d+ added, \d+ kept\./m,
      ),
    ]);
    const report = JSON.parse(readFileSync(path.join(cwd, 'reports', 'explore', 'report.json'), 'utf8'));
    const [{ reproduce, exploration }] = report.scenarios;
    expect(exploration).toMatchObject({ strategy: 'pct', corpus: { runs: 1, before: 0, dropped: 0 } });
    expect(reproduce).toContain(" --corpus 'kept'");
    expect(readdirSync(path.join(cwd, exploration.corpus.directory))).toContain('search.json');
  });

  // Its short twin is in harness/explore/found-out.test.ts.
  it('a search that was cut off is not called exhausted', long, async () => {
    const { exitCode, stdout } = await holdfastWarm(['explore', '--schedules', '3', '--executor', 'sim']);
    expect(stdout).toContain('not all of them tried');
    expect(exitCode).toBe(0);
  });

  it.each([
    [['explore', '--target', 'naiv'], 2, 'did you mean "naive"?'],
    [['explore', '--clients', 'fly a'], 2, '"fly a" is no operation'],
    [['explore', '--clients', 'set a |'], 2, 'client 2 does nothing'],
    [['explore', '--clients', 'set a | get a'], 2, 'no two clients write in "set a | get a"'],
    [['explore', '--shard', '1/2'], 2, "by dpor without faults can't be divided among 2"],
    [['explore', '--repeat', '2'], 2, 'dpor makes the same executions each time'],
    [
      ['explore', '--strategy', 'pct', '--preemptions', '1'],
      2,
      'a bound on preemptions is for dpor and dfs, not for pct',
    ],
    [['explore', '--processes', '99'], 2, 'from 1 to 8'],
    [['explore', '--corpus', 'kept'], 2, 'goes on from nothing'],
    [['explore', '--until', '9s', '--duration', '9s'], 2, 'both say how long it takes'],
    [['explore', '--until', '9s', '--abandoned'], 2, 'no corpus is kept of a search with --abandoned'],
    [
      ['explore', '--command', 'true {file} {key} {value}', '--format', 'json', '--idle'],
      2,
      '--idle needs a clock',
    ],
    [['replay', 'nothing-00000000'], 4, 'no schedule "nothing-00000000"'],
    [['replay', 'package.json'], 4, 'no schedule'],
  ])('explore and replay refuse bad input by name: %s: exit code %i', async (args, code, message) => {
    const { exitCode, stderr } = await holdfastWarm(args);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  it('an interrupted search says so, claims nothing, and leaves nothing behind', async () => {
    const running = holdfast(['explore', '--preemptions', '3']);
    const left = () => [tmpdir(), '/dev/shm'].flatMap((place) => leftIn(place, running.pid));
    await until(() => left().length > 0);
    running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stdout + stderr).toContain('Interrupted: what is reported');
    expect(stdout).not.toContain('No execution broke a guarantee.');
    expect(left()).toEqual([]);
  });
});

function leftIn(directory: string, pid: number | undefined): string[] {
  const isIts = (name: string) => name.startsWith(`holdfast-explore-${pid}-`);
  return existsSync(directory) ? readdirSync(directory).filter(isIts) : [];
}
