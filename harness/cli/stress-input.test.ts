import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { fixture, holdfastWarm, newDirectory, processesIn } from './command.test.helper.js';
import { expectShort } from './short-error.test.helper.js';

describe('bad input', () => {
  const refused: [string[], string][] = [
    [
      ['stress', '--scenario', 'two-terminal'],
      'unknown scenario "two-terminal" (did you mean "two-terminals"?)',
    ],
    [['stress', '--target', 'nave'], 'unknown target "nave" (did you mean "naive"?)'],
    [['stress', '--target', './absent.ts'], 'no module at'],
    [['stress', '--clients', 'tuo=2'], 'unknown client "tuo" (did you mean "tui"?)'],
    [['stress', '--clients', 'web=2'], 'add server=1'],
    [['stress', '--clients', 'tui'], 'Expected name=count'],
    [['stress', '--duration', '20'], 'Expected a number and a unit'],
    [['stress', '--duration', '3s'], 'too short'],
    [['stress', '--seed', 'x'], 'Expected a whole number'],
    [['stress', '--shard', '4/3'], 'Expected i/n'],
    [['stress', '--reporter', 'pdf'], 'list, json, markdown, junit, tap, github'],
    [['stress', '--sceanrio', 'x'], 'Did you mean --scenario?'],
    [['stres'], 'Did you mean stress?'],
    [['list', 'things'], 'Allowed choices are scenarios, targets, programs, profiles, faults'],
    [['check', 'absent.jsonl'], 'no history at absent.jsonl'],
  ];
  it.each(refused)(
    'bad input is refused by name, in at most 5 lines of 80 columns: %j',
    async (args, message) => {
      const { exitCode, stderr, stdout } = await holdfastWarm(args);
      expect(stderr).toContain(message);
      expect([exitCode, stdout]).toEqual([2, '']);
      expectShort(stderr);
    },
  );

  it('a missing report and an empty shard have another exit code than a usage error: 4', async () => {
    const shown = await holdfastWarm(['show']);
    expect(shown.stderr).toContain('there is no report at reports/latest; holdfast stress makes one');
    expect(shown.exitCode).toBe(4);
    const split = await holdfastWarm(['stress', '--scenario', 'pause', '--shard', '2/2', '--no-controls']);
    expect(split.exitCode).toBe(4);
  });

  it('a file that is no history is refused by name', async () => {
    const cwd = newDirectory();
    const histories: [string, string, string, number][] = [
      ['text', 'not JSON', 'text: 0 of 1 line is an operation; expected a history.txt or', 4],
      [
        'headless',
        '{"type":"ok","time":1,"op":"x"}',
        'headless:1 is not an event of a history: a "run" event comes first',
        2,
      ],
      ['newer', '{"type":"run","version":2}', 'has version 2, expected 1', 2],
    ];
    for (const [name, line, said, expected] of histories) {
      writeFileSync(path.join(cwd, name), line);
      const { exitCode, stderr } = await holdfastWarm(['check', name], { cwd });
      expect([name, stderr]).toEqual([name, expect.stringContaining(said)]);
      expect([name, exitCode]).toEqual([name, expected]);
    }
  });

  const scenarios: [string, string][] = [
    [
      "{ name: 'x', clients: { tui: 2 }, atLeast: {}, faults: [{ kind: 'kil', everyMs: [1, 2] }] }",
      '(did you mean "kill"?)',
    ],
    ["{ name: 'x', clients: { tui: 2 }, atLeast: {}, faults: [{ kind: 'kill' }] }", 'expected everyMs'],
    ["{ name: 'x', clients: { tuo: 2 }, atLeast: {} }", 'unknown client "tuo" (did you mean "tui"?)'],
    ["{ name: 'x', clients: { tui: 2 }, place: 'link', atLeast: {} }", 'unknown place "link"'],
    ["{ name: 'x', clients: { tui: 2 }, workload: { mix: { refresh: 1 } }, atLeast: {} }", 'add oauth'],
    ["{ name: 'x', clients: { tui: 2 }, oauth: {}, atLeast: {} }", 'expected lifeMs'],
    ["{ name: 'x', clients: { web: 1 }, atLeast: {} }", 'add server=1'],
    ["{ name: 'x' }", 'has no scenario'],
    ["(() => { throw new Error('mine') })()", "can't be loaded: Error: mine"],
  ];
  it.each(scenarios)('a scenario that would prove nothing is refused: %s', async (text, message) => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'mine.mjs'), `export default ${text};`);
    const { exitCode, stderr } = await holdfastWarm(['stress', '--scenario', './mine.mjs', '--no-controls'], {
      cwd,
    });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it('a path that can hold no report is refused', async () => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'file'), '');
    for (const args of [
      ['stress', '--out', 'file'],
      ['check', '.'],
      ['show', 'file'],
      ['check', 'x'.repeat(300)],
      ['init', 'x'.repeat(300)],
    ]) {
      const { exitCode, stderr } = await holdfastWarm(args, { cwd });
      expect(stderr).toMatch(/^holdfast: /);
      expect(stderr).not.toContain('internal error');
      expect(exitCode).toBe(2);
    }
  });

  it('a word of a command may be longer than a file name, and a directory on the PATH is passed over', async () => {
    const cwd = newDirectory();
    const name = 'x'.repeat(300);
    mkdirSync(path.join(cwd, 'sh'));
    const list = (command: string, env = {}) =>
      holdfastWarm(['stress', '--list', '--file', 'f.json', '--command', `${command} {key} {value}`], {
        cwd,
        env,
      });
    const { exitCode, stderr } = await list(`sh -c 'no.${name}' ${name}.`, {
      PATH: `${cwd}:${process.env.PATH}`,
    });
    expect([stderr, exitCode]).toEqual(['', 0]);
    const missing = await list(name);
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('is not on the PATH')]);
  });

  /** The first ones are of each kind: at the import, at the end of its process, by an error, by an answer. */
  const broken: [string, string][] = [
    ['throws-on-import.mjs', 'this module throws while it loads'],
    ['exits.mjs', 'ended its own process with exit code 7 in set()'],
    ['odd.mjs?how=throws', 'its set() failed: TypeError: no such table'],
    ['odd.mjs?how=keeps', 'get() returns what remove() has removed'],
    ['no-open.mjs', 'has no function "open"; it exports close'],
    ['odd.mjs?how=exits', 'ended its own process with exit code 0 in set()'],
    ['odd.mjs?how=null', 'get() returned null for a key that is absent, expected undefined'],
    ['odd.mjs?how=map', 'its all() failed: TypeError: it returned a Map, expected an object of all entries'],
    ['odd.mjs?how=nothing', 'open() returned undefined, expected a store: { get, all, set, remove }'],
    ['odd.mjs?how=partial', 'open() returned a store without all, remove'],
    ['hangs.mjs', 'did not open, set, get and remove within 40 s: its open() has not returned'],
  ];
  it('a target in TypeScript is loaded from any folder by the process that tries it', async () => {
    const cwd = newDirectory();
    const text =
      "export function open(file: string): never { throw new Error('no connection to ' + typeof file); }";
    writeFileSync(path.join(cwd, 'my-store.ts'), text);
    const args = [
      '--target',
      './my-store.ts',
      '--scenario',
      'two-terminals',
      '--no-controls',
      '--duration',
      '5s',
    ];
    const { exitCode, stderr } = await holdfastWarm(['stress', ...args], { cwd });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('no connection to string')]);
  });

  eachInTiers(broken, 4)('a broken target is refused with what is wrong: %s', async (name, message) => {
    const [file = '', query] = name.split('?');
    const target = query === undefined ? fixture(file) : `${fixture(file)}?${query}`;
    const cwd = newDirectory();
    const args = ['--target', target, '--scenario', 'two-terminals', '--no-controls', '--duration', '5s'];
    const { exitCode, stderr } = await holdfastWarm(['stress', ...args], { cwd });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
    expect(processesIn(cwd)).toEqual([]);
  });
});
