import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineScenario } from '../core/scenario.js';
import type { HistoryEvent } from '../history/events.js';
import { readRuns } from '../history/read.js';
import { onNode } from '../line/runtimes.js';
import {
  assertOwnFile,
  claimDirectory,
  makeSandbox,
  readLinks,
  sandboxEnvironment,
} from '../line/sandbox.js';
import { resolveTarget } from '../targets/index.js';
import { type PlanInput, plan, tightLine } from './plan/plan.js';
import { Recorder } from './recorder.js';
import { reproduceCommand } from './reproduce.js';

const scenario = (name: string, weight = 1) =>
  defineScenario({ name, title: '', why: '', clients: { tui: 2 }, atLeast: {}, weight });
const newDirectory = () => mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
async function readAll(file: string): Promise<HistoryEvent[][]> {
  const runs: HistoryEvent[][] = [];
  for await (const run of readRuns(file)) runs.push(run);
  return runs;
}

const target = resolveTarget('textbook?stale=2000', '/');

const input: PlanInput = {
  scenarios: [scenario('a'), scenario('b', 2)],
  targets: [target],
  runtimes: onNode,
  controls: [],
  durationMs: 30_000,
  isBound: true,
  clients: undefined,
  operations: 0,
  seed: 42,
  repeat: 1,
  shard: { index: 1, of: 1 },
};

describe('the plan of a run', () => {
  it('the plan divides the duration by weight, and never exceeds it', () => {
    const runs = plan(input);
    expect(runs.map(({ scenario: { name }, workMs }) => [name, workMs])).toEqual([
      ['a', 8567],
      ['b', 18233],
    ]);
  });
  it('each part of a split run has its own scenarios, and every scenario is in one part', () => {
    const names = [1, 2].map((index) =>
      plan({ ...input, shard: { index, of: 2 } }).map((run) => run.scenario.name),
    );
    expect(names).toEqual([['a'], ['b']]);
    expect(() => plan({ ...input, shard: { index: 3, of: 3 } })).toThrow('part 3 of 3 has no scenario');
  });
  it('a duration that is too short is refused with one that is enough', () => {
    expect(() => plan({ ...input, durationMs: 1000 })).toThrow('give --duration 7s or more');
    expect(() => plan({ ...input, durationMs: 7000 })).not.toThrow();
  });
  it('a bound that a busy machine has too little of is called so, with one that is enough there', () => {
    const said = (durationMs: number) => tightLine(plan({ ...input, durationMs }), durationMs);
    expect(said(13_000)).toContain('--duration 13s has no time to spare');
    expect(said(13_000)).toContain('Give 14s there, or --patience 20s, too.');
    expect(said(14_000)).toBeUndefined();
  });
});

describe('the command that repeats a run', () => {
  const [first] = plan(input);
  if (!first) throw new Error('nothing was planned');
  it('the command has all that matters, quoted for a shell', () => {
    expect(reproduceCommand(first, 'npm run stress --')).toBe(
      "npm run stress -- --no-controls --scenario a --target 'textbook?stale=2000' --seed 42 --duration 11s",
    );
  });
  it('the command has clients and operations only where they are not those of the scenario', () => {
    const [run] = plan({ ...input, clients: { tui: 4, server: 1 }, operations: 100 });
    expect(run && reproduceCommand(run, 'holdfast')).toContain('--clients tui=4,server=1 --operations 100');
  });
  it('the command of a run that has seen too little waits for what was missing', () => {
    expect(reproduceCommand(first, 'holdfast', true)).toMatch(/ --duration 11s --patience 20s$/);
  });
});

describe('the sandbox of a run', () => {
  it('a directory with other files in it is refused', () => {
    const directory = newDirectory();
    writeFileSync(path.join(directory, 'mine'), '');
    expect(() => claimDirectory(directory)).toThrow('it holds mine');
    expect(existsSync(path.join(directory, '.holdfast-run'))).toBe(false);
  });
  it('a file outside the sandbox is refused, also through a link', () => {
    const { sandbox, file } = makeSandbox(path.join(newDirectory(), 'work'));
    expect(() => assertOwnFile(file, sandbox)).not.toThrow();
    const elsewhere = newDirectory();
    expect(() => assertOwnFile(path.join(elsewhere, 'auth.json'), sandbox)).toThrow('refusing to touch');
    symlinkSync(elsewhere, path.join(sandbox, 'link'));
    expect(() => assertOwnFile(path.join(sandbox, 'link', 'auth.json'), sandbox)).toThrow(
      'refusing to touch',
    );
  });
  it('a file that is itself a link to outside is refused', () => {
    const { sandbox, file } = makeSandbox(path.join(newDirectory(), 'work'));
    const elsewhere = path.join(newDirectory(), 'auth.json');
    writeFileSync(elsewhere, '{}');
    symlinkSync(elsewhere, file);
    expect(() => assertOwnFile(file, sandbox)).toThrow('refusing to touch');
  });
  it('a directory that only looks like a sandbox is refused', () => {
    const sandbox = newDirectory();
    mkdirSync(path.join(sandbox, 'data'));
    expect(() => assertOwnFile(path.join(sandbox, 'data', 'auth.json'), sandbox)).toThrow(
      'refusing to touch',
    );
  });
  it('the environment of a client has no path of the user and no credentials', () => {
    const env = sandboxEnvironment('/sandbox', {
      PATH: '/bin',
      HOME: '/home/me',
      XDG_DATA_HOME: '/home/me/data',
      OPENCODE_AUTH_CONTENT: '{}',
      NODE_OPTIONS: '--require ./mine.js',
    });
    expect(env.PATH).toBe('/bin');
    expect(JSON.stringify(env)).not.toMatch(/home\/me|AUTH_CONTENT|NODE_OPTIONS/);
  });
});

describe('the path of the file', () => {
  it.each([
    ['symlink', ['data/opencode/auth.json']],
    ['chain', ['data/opencode/auth.json', 'data/profile/auth.json']],
    ['dangling', ['data/opencode/auth.json', 'data/profile/auth.json']],
  ] as const)('the file may be reached by links: %s', (kind, names) => {
    const { sandbox, file, real, links } = makeSandbox(path.join(newDirectory(), 'work'), kind);
    expect(links[0]).toBe(file);
    expect(readLinks(links, sandbox).map(({ name }) => name)).toEqual(names);
    expect(existsSync(file)).toBe(false);
    expect(() => assertOwnFile(file, sandbox)).not.toThrow();
    writeFileSync(file, '{}');
    expect(readFileSync(real, 'utf8')).toBe('{}');
  });
  it('the links are read one by one, and one that is no link any more is noticed', () => {
    const { sandbox, file, links } = makeSandbox(path.join(newDirectory(), 'work'), 'chain');
    rmSync(file);
    writeFileSync(file, '{}');
    expect(readLinks(links, sandbox).map(({ to }) => to)).toEqual([null, 'data/dotfiles/credentials.json']);
  });
});

describe('the history file', () => {
  it('the history is read back run by run', async () => {
    const file = path.join(newDirectory(), 'history.jsonl');
    for (const name of ['first', 'second']) {
      const recorder = new Recorder(file, 0n);
      recorder.record({ type: 'run', version: 1, scenario: name, target: 't', seed: 1, atLeast: {} });
      recorder.record({ type: 'invoke', time: 1, op: 'a', client: 'c', process: 1, action: 'set', key: 'k' });
      recorder.record({ type: 'ok', time: 2, op: 'a' });
      expect(recorder.tally.counts.acknowledged).toBe(1);
      await recorder.close();
    }
    const runs = await readAll(file);
    expect(runs.map((events) => events.map(({ type }) => type))).toEqual([
      ['run', 'invoke', 'ok'],
      ['run', 'invoke', 'ok'],
    ]);
  });
  it('a history with a bad line is refused with the number of the line', async () => {
    const file = path.join(newDirectory(), 'history.jsonl');
    writeFileSync(file, '{"type":"run"}\n{"typ\n');
    await expect(readAll(file)).rejects.toThrow(`${file}:2 is not an event`);
    expect(readFileSync(file, 'utf8')).toContain('run');
  });
});
