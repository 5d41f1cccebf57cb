import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/cli/text.js';
import { run } from '../checkers/fixtures.test.helper.js';
import { judge } from '../checkers/index.js';
import type { ScenarioReport } from '../core/report.js';
import { progressReporter } from './progress.js';
import { table } from './table.js';
import { toViolation } from './timeline.js';

const lost = run(`
  0-5   tui-1.0.1   set a
  4-9   login-1.0.1 set b
  file  5 a=tui-1.0.1
  file  8 b=login-1.0.1 -a
  final 20 b=login-1.0.1`);

describe('the table of a violation', () => {
  const [finding] = judge(lost).findings;
  if (!finding) throw new Error('the planted loss is not found');
  const { processes, timeline } = toViolation(lost, finding);

  it('the table has a column for the victim and one for the eraser', () => {
    expect(processes.map((name) => name.split(' ')[0])).toEqual(['tui-1', 'login-1']);
  });

  it('the table is in order of time, and has what the file then held', () => {
    expect(timeline.map(({ timeMs, cells, file }) => [timeMs, ...cells, file])).toEqual([
      [0, 'set a = tui-1.0.1 begins', '', ''],
      [4, '', 'set b = login-1.0.1 begins', ''],
      [5, 'set a = tui-1.0.1 acknowledged', '', ''],
      [5, '', '', 'v1: a = tui-1.0.1'],
      [8, '', '', 'v2: no a; b = login-1.0.1'],
      [9, '', 'set b = login-1.0.1 acknowledged', ''],
    ]);
  });

  it('the table has at most 25 rows, however much happened', () => {
    const many = Array.from({ length: 60 }, (_, n) => `file 5.${n + 10} a=tui-1.0.1`).join('\n');
    const busy = run(`
      0-5   tui-1.0.1   set a
      4-90  login-1.0.1 set b
      ${many}
      file  80 b=login-1.0.1 -a
      final 95 b=login-1.0.1`);
    const [first] = judge(busy).findings;
    const rows = first ? toViolation(busy, first).timeline : [];
    expect(rows).toHaveLength(25);
    expect(rows[12]?.file).toMatch(/^\d+ more rows in history.jsonl$/);
  });

  it("the table does not quote the file where a parser's error does", () => {
    const torn = run('5-6 tui-1.0.1 get a fail torn\n final 20');
    const [first] = judge(torn).findings;
    const rows = first ? toViolation(torn, first).timeline : [];
    expect(rows.at(-1)?.cells).toEqual(['get a failed: SyntaxError at position 15']);
  });
});

it('the cells of a table line up, and a bar in a cell is escaped', () => {
  expect(table(['a', 'b'], [['1|2', 'x']])).toBe('| a    | b   |\n|------|-----|\n| 1\\|2 | x   |');
});

describe('the progress of a run', () => {
  const report = { result: 'valid', checks: {}, counts: judge(lost).counts } as unknown as ScenarioReport;
  const whole = (elapsedMs: number) => ({ position: 2, of: 19, elapsedMs, durationMs: 70_000 });
  const work = (elapsedMs: number) => ({
    ...({ type: 'work', label: '鍵 on t', elapsedMs, workMs: 30_000, acknowledged: 7, faults: 0 } as const),
    whole: whole(elapsedMs),
  });
  function draw(isTTY: boolean, columns = 40): string {
    let text = '';
    const show = progressReporter({ isTTY, columns, write: (more) => (text += more) });
    show({ type: 'begin', label: 's on t', isControl: false, out: '/tmp', position: 0, of: 1 });
    for (const elapsedMs of [100, 5000, 10_100, 10_200]) show(work(elapsedMs));
    show({ type: 'judge', label: '鍵 on t', events: 1234, whole: whole(30_000) });
    show({ type: 'end', label: 's on t', isControl: false, report });
    return text;
  }

  it('the progress is one live line on a terminal, no wider than the terminal', () => {
    const text = draw(true);
    const live = text.split('\r\x1b[K').filter((line) => line.startsWith('  3 of 19'));
    // A wide character takes two columns, and none of it is cut.
    expect(live).toHaveLength(5);
    expect(live.filter((line) => widthOf(line) < 38 || widthOf(line) > 39)).toEqual([]);
    expect(text.match(/\r/g)).toHaveLength(6);
  });
  it('what is to be known before is broken between words', () => {
    let text = '';
    const show = progressReporter({ isTTY: true, columns: 20, write: (more) => (text += more) });
    show({ type: 'note', text: 'it has no time to spare' });
    expect(text).toBe('it has no time to\nspare\n');
  });
  it('the progress says which run of how many it is, how long it takes and how much is left, judging too', () => {
    const text = draw(true, 120);
    expect(text).toContain('  3 of 19, 10 s of 70, 1 m left: 鍵 on t, 7 acknowledged');
    expect(text).toContain('  3 of 19, 30 s of 70, 40 s left: judging 鍵 on t, 1234 events');
  });
  it('the progress is a plain line every ten seconds where there is no terminal', () => {
    expect(draw(false).split('\n').filter(Boolean)).toHaveLength(2);
    expect(draw(false)).not.toContain('\r');
  });
});
