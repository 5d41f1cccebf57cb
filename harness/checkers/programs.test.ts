import { describe, expect, it } from 'vitest';
import type { ProgramUnderTest } from '../history/events.js';
import type { Run } from '../history/run.js';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';

const plain: ProgramUnderTest = { name: 'p', cutShows: false, isPrivate: false, isStrict: false };

/** A run on a program. */
function ofProgram(
  text: string,
  more: Partial<ProgramUnderTest> = {},
  atLeast: Record<string, number> = {},
): Run {
  const made = run(text, atLeast);
  const evidence = { of: 'read', format: 'ini' } as const;
  return { ...made, header: { ...made.header, evidence, program: { ...plain, ...more } } };
}

const kinds = (judged: Run) => judge(judged).findings.map(({ kind, guarantee }) => `${guarantee} ${kind}`);

describe('what is left beside the file of a program', () => {
  const works = '1-2 audit.0.1 set audit-provider\n final 20 audit-provider=audit.0.1';
  const refused = '1-2 audit.0.1 set audit-provider fail\n final 20';

  it('is no violation where the next process works all the same, and is noted', () => {
    const run = ofProgram(`${works} +p.lock`);
    expect(kinds(run)).toEqual([]);
    expect(judge(run).notes).toContainEqual(
      expect.stringContaining('Left beside the file, where it blocks no process'),
    );
  });

  it('is one where a fresh process is refused', () => {
    const run = ofProgram(`${refused} +p.lock`);
    expect(kinds(run)).toEqual(['G6 leftover']);
    expect(judge(run).findings[0]?.sentence).toMatch(
      /^p\.lock was left behind, and it stops others: set "audit-provider"/,
    );
  });

  it('is one in any case where the user is strict', () => {
    expect(kinds(ofProgram(`${works} +p.lock`, { isStrict: true }))).toEqual(['G6 leftover']);
  });

  it('need not be there: a program that does not work any more is a violation by itself', () => {
    expect(kinds(ofProgram(refused))).toEqual(['G7 unusable']);
    expect(kinds(ofProgram('1-2 audit.0.1 set audit-provider unknown\n final 20'))).toEqual(['G7 unusable']);
    expect(kinds(ofProgram(works))).toEqual([]);
  });
});

describe('a part of a file that is a file, too, by its format', () => {
  const cut = `
    seed seed-provider-0 seed.0
    file 1 seed-provider-0=seed.0
    2-5  tui-1.0.0 set a
    file 3 -seed-provider-0
    file 4 seed-provider-0=seed.0 a=tui-1.0.0
    final 20 a=tui-1.0.0 seed-provider-0=seed.0`;

  it('shows by an entry that was there before and after', () => {
    const judged = judge(ofProgram(cut));
    expect(judged.findings.map(({ kind }) => kind)).toEqual(['torn-file']);
    expect(judged.findings[0]?.sentence).toContain(
      'it has 0 entries, and not "seed-provider-0", which was there before',
    );
  });

  it('says nothing of other entries that it lacks: they are in the next whole one', () => {
    const text = `
      seed seed-provider-0 seed.0
      0-1  tui-1.0.0 set a
      file 2 seed-provider-0=seed.0 a=tui-1.0.0
      file 3 -seed-provider-0 -a
      file 4 seed-provider-0=seed.0 a=tui-1.0.0
      final 20 a=tui-1.0.0 seed-provider-0=seed.0`;
    expect(kinds(ofProgram(text))).toEqual(['G1 torn-file']);
    // Where the syntax shows it, a content without an entry is one that was written so.
    expect(kinds(ofProgram(text, { cutShows: true })).length).toBeGreaterThan(0);
    expect(kinds(ofProgram(text, { cutShows: true }))).not.toContain('G1 torn-file');
  });

  it('is none where the entry never comes back: it is lost', () => {
    const text =
      'seed seed-provider-0 seed.0\n file 1 seed-provider-0=seed.0\n file 3 -seed-provider-0 a=tui-1.0.0\n 2-4 tui-1.0.0 set a\n final 20 a=tui-1.0.0';
    expect(kinds(ofProgram(text))).toEqual(['G4 lost-seed']);
  });
});

describe('overlaps are what a run has tried', () => {
  it('are counted for pairs of changes by two clients, neither of which failed', () => {
    const { counts } = judge(
      run(`
        0-10 tui-1.0.0 set a
        5-15 tui-2.0.0 set b
        9-12 tui-3.0.0 remove a
        9-12 tui-4.0.0 set a fail
        9-12 tui-5.0.0 all
        10-11 tui-1.0.1 set c
        20-30 tui-2.0.1 set b`),
    );
    // 1-2, 1-3, 2-3, and the second of the first client with 2 and 3.
    expect(counts.overlaps).toBe(5);
  });

  const few = '0-2 tui-1.0.0 set a\n 1-3 tui-2.0.0 set b\n final 20 a=tui-1.0.0 b=tui-2.0.0';
  it('too few of them prove nothing, and the run says what helps', () => {
    const { result, checks } = judge(ofProgram(few, {}, { overlaps: 20 }));
    expect(result).toBe('unknown');
    expect(checks.coverage?.summary).toMatch(
      /^0 lost of 2 acknowledged, but only 1 pair of operations overlapped .*--slow 300ms.* or holdfast explore with the same --command/,
    );
  });
  it('and a loss is one, however few they were', () => {
    expect(judge(ofProgram(few.replace('b=tui-2.0.0', ''), {}, { overlaps: 20 })).result).toBe('invalid');
  });
  it('enough of them count', () => {
    expect(judge(ofProgram(few, {}, { overlaps: 1 })).result).toBe('valid');
  });
});

it('silence says how little it proves, unless the program was made slow already', () => {
  const text = `${Array.from({ length: 30 }, (_, n) => `${n}-${n + 0.5} tui-1.0.${n} set k${n}`).join('\n')}
    final 99 ${Array.from({ length: 30 }, (_, n) => `k${n}=tui-1.0.${n}`).join(' ')}`;
  const said = expect.stringMatching(
    /^Nothing is lost of 30 acknowledged: below 1 in 10 at 95 %.*--slow 100ms/,
  );
  expect(judge(ofProgram(text)).notes).toContainEqual(said);
  expect(judge(ofProgram(text, { slowMs: 100 })).notes).not.toContainEqual(said);
});

it('what was not looked at is said', () => {
  const judged = judge(ofProgram('0-1 tui-1.0.0 set a\n final 20 a=tui-1.0.0'));
  expect(judged.checks.G6).toEqual({
    result: 'valid',
    summary: expect.stringContaining('modes were not looked at'),
  });
  expect(judged.notes).toContainEqual(
    expect.stringContaining('read as ini, in which a part of a file is one, too'),
  );
  expect(
    judge(ofProgram('0-1 tui-1.0.0 set a\n final 20 a=tui-1.0.0', { isPrivate: true })).checks.G6,
  ).toEqual({ result: 'valid' });
});
