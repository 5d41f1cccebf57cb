import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { counts, fixture, holdfastWarm, stress } from './command.test.helper.js';

/** Each keeps its entries where a program that takes the file for a JSON object of entries would not find them. */
const layouts = [
  { name: 'nested.mjs', why: 'it has no top-level "probe-provider", it has "version", "entries"' },
  { name: 'elsewhere.mjs', why: 'there is no file at the path' },
  { name: 'wrapped.mjs', why: 'is not the value that was set' },
  { name: 'yaml-silent.mjs', why: 'are not JSON from line 1, column 2 on' },
  { name: 'binary.mjs', why: 'are not JSON' },
  { name: 'directory.mjs', why: 'there is no file at the path' },
  { name: 'mirrored.mjs', why: 'there is no file at the path' },
  { name: 'checksummed.mjs', why: 'it also has "$sum"' },
];
const layout = (name: string) => fixture(`layouts/${name}`);
const sentences = (report: Report | undefined) =>
  report?.scenarios.flatMap(({ violations }) => violations.map(({ sentence }) => sentence));

describe('a store whose file does not show its entries', () => {
  eachInTiers(layouts)(
    '$name loses nothing, and the report says so from the store alone',
    async ({ name, why }) => {
      const { report, exitCode, cwd, stderr } = await stress(
        layout(name),
        // With a server, whose caches must not be those of a file that shows nothing.
        name === 'elsewhere.mjs' ? 'set-delete-churn' : 'two-terminals',
        ...['--duration', '3s', '--operations', '50', '--seed', '1'],
      );
      expect({ exitCode, stderr, said: sentences(report) }).toMatchObject({ exitCode: 0, said: [] });
      const [run] = report?.scenarios ?? [];
      expect(run?.evidence).toMatchObject({ of: 'store', why: expect.stringContaining(why) });
      expect(run?.checks).toMatchObject({
        G1: { summary: expect.stringContaining('through the store only') },
      });
      expect(run?.checks).not.toHaveProperty('G5');
      const summary = readFileSync(path.join(cwd, 'reports', 'latest', 'summary.md'), 'utf8');
      expect(summary).toContain(`${name}: the file itself is no evidence: `);

      // What was judged once is judged the same again, from the history alone.
      const again = await holdfastWarm(['check', path.join(cwd, 'reports', 'latest', 'history.jsonl')], {
        cwd,
      });
      expect(again.exitCode).toBe(0);
      expect(again.stdout).toContain(`${name}: the file itself is no evidence: `);
    },
  );

  // A race is a matter of chance: only a bug that stays unfound, run after run, says that the harness can't see it.
  // Its short twin is in harness/explore/layouts.test.ts.
  it.each(layouts)(
    '$name without its lock loses updates, and the store alone shows it',
    { ...long, retry: 2 },
    async ({ name }) => {
      const { report, exitCode } = await stress(
        `${layout(name)}?loses=1`,
        'two-terminals',
        ...['--duration', '3s', '--clients', 'tui=4', '--operations', '50'],
      );
      expect(report?.scenarios[0]?.evidence?.of).toBe('store');
      expect(counts(report)).toMatchObject({ versions: 0 });
      expect(counts(report)?.lost).toBeGreaterThan(0);
      expect(exitCode).toBe(1);
    },
  );

  // Its short twin is in harness/explore/layouts.test.ts.
  it('a store that says how its file is read is judged by looks at the file', long, async () => {
    const { report, exitCode } = await stress(layout('yaml.mjs'), 'two-terminals', '--duration', '3s');
    expect({ exitCode, said: sentences(report) }).toEqual({ exitCode: 0, said: [] });
    expect(report?.scenarios[0]?.evidence?.of).toBe('read');
    expect(counts(report)?.versions).toBeGreaterThan(19);
    const lost = await stress(`${layout('yaml.mjs')}?loses=1`, 'two-terminals', '--duration', '3s');
    expect(counts(lost.report)?.lost).toBeGreaterThan(0);
  });
});

describe('a scenario that rests on a layout', () => {
  it(
    'a scenario is left out, with the reason, where the target lacks the layout it needs',
    long,
    async () => {
      const scenarios = 'two-terminals,corrupt-midway,rogue-writer,in-place,hostile-directory,pause';
      const { report, exitCode } = await stress(layout('elsewhere.mjs'), scenarios, '--duration', '16s');
      expect(report?.scenarios.map((run) => run.scenario)).toEqual(['two-terminals']);
      expect(report?.leftOut?.map((line) => line.replace(/ on .*?:/, ':'))).toEqual([
        expect.stringContaining('corrupt-midway: it damages the file'),
        expect.stringContaining('rogue-writer: a foreign program rewrites the file as JSON'),
        expect.stringContaining('in-place: it reaches the file by links'),
        expect.stringContaining('hostile-directory: it puts links under the names beside the file'),
        expect.stringContaining('pause: it stops a client right before a rename onto the file'),
      ]);
      expect(exitCode).toBe(0);
    },
  );

  it('a run whose only scenario is left out is refused: exit code 2', async () => {
    const { exitCode, stderr } = await stress(layout('nested.mjs'), 'corrupt-midway', '--duration', '5s');
    expect(stderr).toContain('no scenario is left that means something: corrupt-midway on ');
    expect(exitCode).toBe(2);
  });

  it('a scenario that needs the whole store in one file runs on any format', long, async () => {
    const { report, exitCode } = await stress(layout('binary.mjs'), 'pause,in-place', '--duration', '10s');
    expect({ exitCode, said: sentences(report) }).toMatchObject({
      exitCode: 1,
      said: [expect.stringMatching(/auth\.json, a link to .* is none any more/)],
    });
    expect(counts(report)?.pauses).toBeGreaterThan(1);
  });
});
