import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findByTests } from './find-by-tests.js';
import { mutants } from './index.js';
import { applyTo, type Mutant } from './mutant.js';
import { type Outcome, project } from './sandbox.js';

/** That each is noticed takes minutes, and is seen by `npm run mutants`. Here: that each still is a change of today's source. */
describe('a mutant', () => {
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    'a mutant still changes the source, and its test exists: %s',
    (_, mutant) => {
      const source = readFileSync(path.join(project, mutant.file), 'utf8');
      expect(applyTo(source, mutant)).not.toBe(source);
      expect(existsSync(path.join(project, mutant.test))).toBe(true);
    },
  );

  it('every mutant has a name of its own', () => {
    const names = mutants.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('a mutant whose text is missing or there twice is refused with its name, its file and the text', () => {
    const mutant: Mutant = {
      name: 'made up',
      breaks: 'G2',
      file: 'a.ts',
      edits: [['old', 'new']],
      test: 'a.test.ts',
    };
    expect(applyTo('an old one', mutant)).toBe('an new one');
    for (const [source, count] of [
      ['none', 0],
      ['old and old', 2],
    ] as const)
      expect(() => applyTo(source, mutant)).toThrow(
        `the mutant "made up" expects this text once in a.ts, and it is there ${count} times: old`,
      );
  });
});

it('a mutant is found by a test that is red with it and green without it, and survives any other', async () => {
  const mutant = (test: string): Mutant => ({
    name: `of ${test}`,
    breaks: 'G2',
    file: 'a.ts',
    edits: [],
    test,
  });
  const noticed: Outcome = { kind: 'noticed', titles: ['it'] };
  const missed: Outcome = { kind: 'missed' };
  const broken: Outcome = { kind: 'broken', reason: 'no such module' };
  const outcomes: Record<string, [bare: Outcome, changed: Outcome]> = {
    good: [missed, noticed],
    blind: [missed, missed],
    red: [noticed, noticed],
    lame: [broken, broken],
    stops: [missed, broken],
  };
  const run = async (test: string, changed?: Mutant) =>
    (outcomes[test] as [Outcome, Outcome])[changed === undefined ? 0 : 1];
  const lines: string[] = [];
  const survivors = await findByTests(Object.keys(outcomes).map(mutant), { run }, (line) => lines.push(line));
  expect(survivors).toEqual(['of blind', 'of red', 'of lame', 'of stops']);
  expect(lines.map((line) => line.slice(20))).toEqual([
    'of good: noticed',
    'of blind: missed',
    'of red: red without any change: noticed',
    'of lame: lame without any change: broken: no such module',
    'of stops: broken: no such module',
  ]);
});
