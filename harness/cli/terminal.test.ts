import { beforeAll, describe, expect, it } from 'vitest';
import {
  hasTerminal,
  noTerminal,
  holdfastOnTerminal as onTerminal,
  type TerminalOptions,
} from '../../src/cli/pseudo-terminal.test.helper.js';
import { widthOf } from '../../src/cli/text.js';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import { command, holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';
import { expectShort } from './short-error.test.helper.js';

const holdfastOnTerminal = (args: readonly string[], options: TerminalOptions = {}) =>
  onTerminal(args, { program: command, ...options });

const colour = '\u001b[3';
const red = ['stress', '--target', 'naive', '--no-controls'];
const some = [
  ...red,
  ...['--scenario', 'two-terminals,set-delete-churn', '--duration', '6s', '--patience', '20s'],
  ...['--clients', 'tui=2', '--operations', '30'],
  ...['--out', 'reports/it'],
];

/** A search that ends at once, and starts no process for each client. */
const one = ['explore', '--target', 'naive', '--executor', 'sim', '--schedules', '2'];

/** Lines that are tables or progress: a command that is there to be copied is as long as it is. */
const fitted = (lines: readonly string[]) =>
  lines.filter((line) => !/^(Run it again|Call by call|.*Report: )/.test(line));

/** In sentences the words are what matters: they are broken by the terminal. */
const isOfTable = (line: string) => !/^(- |And |[\w-]+ \(G\d+\): )/.test(line);
const wider = (lines: readonly string[], columns: number) =>
  fitted(lines).filter((line) => widthOf(line) > columns);

describe.skipIf(!hasTerminal)(`a run on a terminal${noTerminal}`, () => {
  let run: Awaited<ReturnType<typeof holdfastOnTerminal>>;

  const shown = new Map<string, ReturnType<typeof holdfastOnTerminal>>();
  /** The report of the run, shown once in each way. */
  function show(columns: number, env: NodeJS.ProcessEnv) {
    const key = JSON.stringify([columns, env]);
    const output =
      shown.get(key) ?? holdfastOnTerminal(['show', 'reports/it'], { columns, env, cwd: run.cwd });
    shown.set(key, output);
    return output;
  }

  beforeAll(async () => {
    run = await holdfastOnTerminal(some, { columns: 80 });
  });

  it('no line of a red run is wider than 80 columns', () => {
    expect(run.exitCode).toBe(1);
    expect(wider(run.lines, 80)).toEqual([]);
    expect(run.lines.some((line) => /^two-term.* {2}naive /.test(line))).toBe(true);
  });

  it.each([50, 120])('no line of a red run is wider than %d columns', long, async (columns) => {
    const { lines, exitCode } = await holdfastOnTerminal(some, { columns });
    expect(exitCode).toBe(1);
    expect(wider(lines, columns)).toEqual([]);
    expect(lines.some((line) => /^two-term.* {2}naive /.test(line))).toBe(true);
  });

  // The red run above was 80 columns wide.
  eachInTiers([50, 80, 120])(
    'no line of a report that is shown is wider than %d columns',
    async (columns) => {
      const { cwd } = run;
      const short = await show(columns, { NO_COLOR: '1' });
      expect(short.lines.some((line) => /^two-term.* {2}naive /.test(line))).toBe(true);
      expect(wider(short.lines, columns)).toEqual([]);
      const whole = await holdfastOnTerminal(['show', 'reports/it', '--verbose'], { columns, cwd });
      expect(whole.lines.some((line) => line.startsWith('Time '))).toBe(true);
      expect(wider(whole.lines, columns).filter(isOfTable)).toEqual([]);
    },
  );

  it('the verdict and what went wrong come last, in colour, grouped by what went wrong', () => {
    const last = run.lines.filter((line) => line !== '');
    expect(last.at(-1)).toMatch(/^A guarantee was violated\. Seed \d+, .* Report: .*reports\/it$/);
    expect(last.at(-2)).toMatch(/^Run it again: .* --scenario (two-terminals|set-delete-churn) /);
    expect(last.at(-3)).toMatch(/^Call by call: holdfast show .*reports\/it --verbose$/);
    const groups = last.filter((line) => / in \d of 2: /.test(line));
    expect(groups[0]).toMatch(/^\d+ lost updates? \(G[\d, G]+\) in \d of 2: /);
    expect(run.output).toContain(colour);
    expect(run.output).toContain('1 of 2, ');
    expect(run.output).toMatch(
      /1 of 2, \d+ s of 6, .*: judging two-terminals on naive|1 of 2, .*: judging set-delete-churn/,
    );
  });

  it('a red run of twelve scenarios is told in fewer than 60 lines', long, async () => {
    const names = [
      ...['all-clients-set', 'corrupt-midway', 'dangling-link', 'hostile-directory', 'in-place', 'kill-9'],
      ...['open-umask', 'pause', 'refresh', 'set-delete-churn', 'token-kill-9', 'two-terminals'],
    ];
    const { lines, exitCode } = await holdfastOnTerminal([
      ...red,
      '--scenario',
      names.join(),
      ...['--duration', '35s', '--patience', '20s'],
    ]);
    expect(exitCode).toBe(1);
    expect(lines.length).toBeLessThan(60);
  });

  // The red run above had colours; what decides is tried by itself in src/cli/render.test.ts.
  eachInTiers<[env: NodeJS.ProcessEnv, isColoured: boolean]>([
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
    [{ FORCE_COLOR: '0' }, false],
    [{}, true],
  ])('with %j there are colours: %j', async (env, isColoured) => {
    const { output } = await show(50, env);
    expect(output.includes(colour)).toBe(isColoured);
  });

  eachInTiers([50, 80])('no line of what there is to list is wider than %d columns', async (columns) => {
    const { lines } = await holdfastOnTerminal(['list', 'scenarios'], { columns });
    expect(lines.length).toBeGreaterThan(50);
    expect(wider(lines, columns)).toEqual([]);
  });

  // Its short twin is the JSON below, where colours are forced.
  it('JSON has no colours', long, async () => {
    const { output } = await holdfastOnTerminal(['check', 'absent.jsonl', '--json']);
    expect(output).not.toContain(colour);
  });

  // Its short twins are the red run above, and the exploration whose colours are forced, below.
  it('an exploration has colours', long, async () => {
    const found = await holdfastOnTerminal(one);
    expect(found.output).toContain(colour);
  });

  it('after Ctrl-C the output says that it was interrupted', async () => {
    const two = ['--scenario', 'two-terminals,kill-9', '--clients', 'tui=1', '--duration', '50s'];
    const stressed = await holdfastOnTerminal([...red, ...two], { interruptAt: '1 of 2' });
    expect(stressed.exitCode).toBe(130);
    expect(stressed.lines.filter((line) => line !== '').at(-1)).toMatch(/^Interrupted: what is reported/);
  });

  // A search that a signal has ended without a terminal is in explore.test.ts.
  it(
    'after Ctrl-C the output of a search says that it was interrupted, and not that it found nothing',
    long,
    async () => {
      const explored = await holdfastOnTerminal(['explore'], { interruptAt: ' executions' });
      expect(explored.exitCode).toBe(130);
      expect(explored.lines.join('\n')).toContain('Interrupted: what is reported');
      expect(explored.lines.join('\n')).not.toContain('No execution broke a guarantee.');
    },
  );
});

describe('a run that no terminal sees', () => {
  it('the output has no colours and no control sequences', long, async () => {
    const cwd = newDirectory();
    // The report is the same, and starts no process for each client.
    const search = ['explore', '--target', 'naive', '--executor', 'sim'];
    const plain = await holdfast(search, { cwd });
    expect(plain.stdout + plain.stderr).not.toContain('\u001b');
    expect(plain.stdout).toContain('| T1 ');
  });

  it('the output has colours where they are forced, and JSON has none even then', async () => {
    const env = { FORCE_COLOR: '1' };
    const forced = await holdfastWarm(one, { env });
    expect(forced.stdout).toContain('\u001b[');
    const json = await holdfastWarm([...one, '--json'], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ result: 'valid' });
  });
});

// Those that stress-input.test.ts looks for the words of are measured there.
describe('an error of usage', () => {
  it.each([
    { args: ['stress', '--command', 'nope'] },
    { args: ['auth', 'tokn'] },
    { args: ['auth', 'get'] },
    { args: ['field', 'nope'] },
    { args: ['explore', '--clients', 'x'] },
  ])('an error of usage is at most 5 lines of 80 columns: holdfast $args', async ({ args }) => {
    const { exitCode, stderr, stdout } = await holdfastWarm(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expectShort(stderr);
  });
});
