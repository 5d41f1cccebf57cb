import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { coloursOf } from './colours.js';
import { render } from './render.js';

const markdown = [
  '# Stress run: invalid',
  '| scenario | verdict          | lost | what   |',
  '|----------|------------------|------|--------|',
  '| a\\|b     | valid, not exact | 0    | x      |',
  '| c        | invalid          | 12   | longer |',
  '',
  '**3 lost updates** (G2)',
].join('\n');
const plain = createColors(false);
const coloured = createColors(true);

describe('a report', () => {
  it('a report that goes to no terminal stays as it is', () => {
    expect(render(markdown, { columns: undefined, colours: plain })).toBe(markdown);
  });

  it('on a terminal a table has no rules, its cells are what was meant, and numbers stand on the right', () => {
    expect(render(markdown, { columns: 80, colours: plain }).split('\n').slice(0, 4)).toEqual([
      'Stress run: invalid',
      'scenario  verdict           lost  what',
      'a|b       valid, not exact     0  x',
      'c         invalid             12  longer',
    ]);
  });

  it('a verdict is never cut, and columns for which there is no room are named', () => {
    const text = render(markdown, { columns: 33, colours: plain });
    expect(text).toContain('valid, not exact');
    expect(text).toContain('(no room for: what)');
  });

  it('the names of columns without room take several lines, none of them wider than the terminal', () => {
    const header = ['Time', ...Array.from({ length: 4 }, (_, n) => `tui-${n} (pid 12345)`)].join(' | ');
    const table = `| ${header} |\n|---|---|---|---|---|\n| 1 ms | a | b | c | d |`;
    const lines = render(table, { columns: 20, colours: plain }).split('\n');
    expect(lines.filter((line) => line.length > 20)).toEqual([]);
    expect(lines.slice(-3)).toEqual(['(no room for:', '  tui-2 (pid 12345),', '  tui-3 (pid 12345))']);
  });

  it('a sentence is broken between words, and a path or a command that is there to be copied never', () => {
    const file = '/a/path/that/is/longer/than/a/line.ts:21';
    const command = 'Run it again: npx holdfast stress --target naive';
    const text = `- It fails because ${file} comes before all others\n${command}`;
    expect(render(text, { columns: 20, colours: plain }).split('\n')).toEqual([
      '- It fails because',
      `  ${file}`,
      '  comes before all',
      '  others',
      command,
    ]);
  });

  it('a green that is less than exact has another colour than one that is exact', () => {
    const text = render(markdown.replace('invalid          |', 'valid            |'), {
      columns: 80,
      colours: coloured,
    });
    expect(text).toContain(coloured.yellow('valid, not exact'));
    expect(text).toContain(coloured.green('valid           '));
  });

  it('the last line has the colour of its verdict', () => {
    const last = (line: string) => render(line, { columns: 80, colours: coloured });
    expect(last('All guarantees held. Seed 7')).toBe(coloured.green('All guarantees held. Seed 7'));
    expect(last('All guarantees held, but less')).toBe(coloured.yellow('All guarantees held, but less'));
    expect(last('A guarantee was violated.')).toBe(coloured.red('A guarantee was violated.'));
  });
});

it.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: false }, {}, false],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, true],
  [{ isTTY: true }, { FORCE_COLOR: '0' }, false],
  [{ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
])('colours for %j with %j: %j', (stream, env, expected) => {
  expect(coloursOf(stream, env).isColorSupported).toBe(expected);
});
