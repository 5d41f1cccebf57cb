import { describe, expect, test } from 'vitest';
import { run } from '../checkers/fixtures.test.helper.js';
import { judge } from '../checkers/index.js';
import type { Bar, ModelReport, Report, ScenarioReport } from '../core/report.js';
import { toHtml } from './html.js';
import { intervalsToSvg } from './intervals-svg.js';
import { intervalsToText } from './intervals-text.js';
import { modelsToText } from './models.js';
import { layOut } from './steps.js';
import { toViolation } from './timeline.js';

const bar = (id: string, begin: number, end: number | null, more: Partial<Bar> = {}): Bar => ({
  ...{ id, process: 'p', what: `does ${id}`, begin, end, isSure: true, isMarked: false, ...more },
});

describe('intervals', () => {
  test('intervals are drawn by their order, not their length, and intervals that meet overlap', () => {
    const { bars, steps } = layOut([bar('b', 1000, 2000), bar('a', 1, 1000), bar('c', 2001, null)]);
    expect(bars.map(({ id, from, to }) => [id, from, to])).toEqual([
      ['a', 0, 2],
      ['b', 1, 3],
      ['c', 4, 5],
    ]);
    expect(steps).toBe(6);
  });

  test('the text has a star for the marked call, dots for a call that may not have happened, and > for an open end', () => {
    const bars = [bar('a', 0, 5), bar('b', 3, null, { isSure: false }), bar('c', 6, 7, { isMarked: true })];
    expect(intervalsToText(bars).split('\n')).toEqual([
      '  a     p  does a  |=====|',
      '  b     p  does b     |...........>',
      '  c  *  p  does c           |==|',
    ]);
  });

  test('the text is never wider than a terminal, however many intervals there are', () => {
    const bars = Array.from({ length: 200 }, (_, at) => bar(`${at}`, at, at + 0.5));
    const widest = Math.max(
      ...intervalsToText(bars)
        .split('\n')
        .map(({ length }) => length),
    );
    expect(widest).toBeLessThan(110);
  });

  test('the SVG has the text of each interval, escaped', () => {
    const svg = intervalsToSvg([
      bar('a', 0, 5, { what: '<script>alert("1")</script> & more', process: '<b>' }),
    ]);
    expect(svg.startsWith('<svg ') && svg.endsWith('</svg>')).toBe(true);
    expect(svg).not.toMatch(/<script|<b>/);
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more');
  });
});

describe('a contradiction of a model in a terminal', () => {
  const textOf = (count: number, marked: number) => {
    const bars = Array.from({ length: count }, (_, at) =>
      bar(`call-${at}`, at, at + 5, { isMarked: at === marked }),
    );
    const prefix = bars.slice(0, marked).map(({ id }) => id);
    const contradiction = { bars, prefix, isSmallest: true };
    const from = { file: 'f', format: 'jepsen', model: 'register', scope: 'exact' } as const;
    return modelsToText([{ ...from, result: 'invalid', calls: count, contradiction } as ModelReport]);
  };

  test('a long contradiction is shown by its first calls, its last ones, and the one without a place', () => {
    const text = textOf(117, 60);
    expect(text.match(/does call-\d+/g)).toEqual(
      [...Array.from({ length: 14 }, (_, at) => at), 60, 112, 113, 114, 115, 116].map(
        (at) => `does call-${at}`,
      ),
    );
    expect(text).toContain('117 calls that have no order');
    expect(text).toContain('and 97 more in the output of --json.');
    expect(text).toMatch(
      /After call-0, .*, call-6, and 52 more in the output of --json, call-59 there is no place/,
    );
  });

  test('a short contradiction is shown completely', () => {
    expect(textOf(20, 7).match(/does call-\d+/g)).toHaveLength(20);
    expect(textOf(20, 7)).not.toContain('more');
  });
});

describe('the report as a page', () => {
  const lost = run(`
    0-5   tui-1.0.1   set <a>
    4-9   login-1.0.1 set b
    file  5 <a>=tui-1.0.1
    file  8 b=login-1.0.1 -<a>
    final 20 b=login-1.0.1`);
  const judged = judge(lost);
  const violations = judged.findings.map((finding) => toViolation(lost, finding));
  const scenario = { ...judged, violations, scenario: 's', target: 't', reproduce: 'npm run x' };
  const page = (more: Partial<ScenarioReport> = {}) =>
    toHtml({
      ...{ schema: 1, result: 'invalid', seed: 1, durationMs: 5, controls: [] },
      scenarios: [{ ...scenario, ...more } as unknown as ScenarioReport],
    } satisfies Report);

  test('the page has the sentence, the picture and the table of a violation, and the command to run it again', () => {
    const html = page();
    expect(html).toContain('lost-update');
    expect(html.match(/<svg /g)).toHaveLength(1);
    expect(html).toContain('<td>v2: no &lt;a&gt;; b = login-1.0.1</td>');
    expect(html).toContain('npm run x');
  });

  test('the page needs no network and no script, and escapes what was recorded', () => {
    const html = page({ target: '<img src=x>' });
    expect(html).not.toMatch(/<script|<img|<a>|<link|url\(|@import|(src|href)=(?!x)/);
    expect(html.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  test('the page says so where a run is valid, and that was not decided exactly', () => {
    const part = { result: 'valid', summary: 'exact for 9 of 10 keys' } as const;
    const html = page({ result: 'valid', checks: { G2: { ...part, exact: false } }, violations: [] });
    expect(html.match(/valid, not exact/g)).toHaveLength(2);
    expect(page({ result: 'valid', checks: { G2: part } })).not.toContain('not exact');
  });

  test('the page of an older report without intervals has no pictures', () => {
    expect(page({ violations: violations.map(({ bars: _, ...older }) => older) })).not.toContain('<svg ');
  });
});
