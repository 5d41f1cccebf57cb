import { describe, expect, it } from 'vitest';
import { keyIn } from '../names.js';
import { cutShows, formatByName, formats, parse, whyNoFormat } from './index.js';

const [one, two] = ['tui-1-provider-3', 'seed-provider-1'];
const npmLines = 'lines:^//(?<key>[\\w-]+)\\.example\\.test/:_authToken=(?<value>.*)$';

describe('a file of another program', () => {
  const cases: [string, string][] = [
    ['json', JSON.stringify({ [one]: 'tui-1.0.1-end', [two]: 'seed.0-end' })],
    [
      'json:auths',
      JSON.stringify({ other: 1, auths: { [`${one}.test`]: { t: 'tui-1.0.1-end' }, [two]: ['seed.0-end'] } }),
    ],
    ['ini', `; a comment\n[f "${one}"]\n\tv = tui-1.0.1-end\n[${two}]\nv: x\ntoken = "seed.0-end"\n`],
    [
      'ini',
      `//${one}.example.test/:_authToken=tui-1.0.1-end\n//${two}.example.test/:_authToken=seed.0-end\n`,
    ],
    ['dotenv', `# a comment\n${one}=tui-1.0.1-end\nexport ${two}="seed.0-end"\n`],
    ['toml', `[s.${one}]\nargs = ["tui-1.0.1-end"]\n[s.${two}]\nv = "seed.0-end"\n`],
    ['toml:s', `[s.${one}]\nargs = ["tui-1.0.1-end"]\n[s.${two}]\nv = "seed.0-end"\n[t.${one}]\nv = "no"\n`],
    ['yaml', `aliases:\n    ${one}: '!tui-1.0.1-end'\n    ${two}: seed.0-end\n`],
    [
      'yaml:users',
      `users:\n- name: ${one}\n  user: {token: tui-1.0.1-end}\n- name: ${two}\n  user:\n    token: seed.0-end\n`,
    ],
    [
      npmLines,
      `//${one}.example.test/:_authToken=tui-1.0.1-end\n//${two}.example.test/:_authToken=seed.0-end\n`,
    ],
  ];
  it.each(cases)('has its entries read by the format %s', (format, text) => {
    const found = parse(text, format, keyIn);
    expect([...found.keys()]).toEqual([one, two]);
    expect(found.get(one)).toContain('tui-1.0.1-end');
    expect(found.get(two)).toContain('seed.0-end');
    expect(found.get(one)).not.toContain('no');
  });

  it('has the later value of two at one key', () => {
    expect(parse(`${one}=tui-1.0.1-end\n${one}=tui-1.0.2-end\n`, 'dotenv').get(one)).toBe('tui-1.0.2-end');
  });

  it('has the first step to a value as its key where no pattern of keys is given', () => {
    expect([...parse('{"a":{"b":1,"c":"x"},"d":true}', 'json')]).toEqual([
      ['a', '1\nx'],
      ['d', 'true'],
    ]);
  });
});

describe('a file that is cut off', () => {
  it.each(['json', 'json:auths'])('is a syntax error in %s, and the error quotes nothing', (format) => {
    expect(cutShows(format)).toBe(true);
    const cut = () => parse('{"auths":{"a":"made-up-secret', format);
    expect(cut).toThrow(SyntaxError);
    expect(cut).not.toThrow(/made-up/);
  });

  it.each(['', '42', 'null'])('is not taken for JSON entries where it is %j', (text) => {
    expect(() => parse(text, 'json')).toThrow(SyntaxError);
  });

  it.each([
    ['toml', 'a = "made-up-secret'],
    ['yaml', 'a: "made-up-secret'],
  ])('is a syntax error in %s where it ends within a text, and the error quotes nothing', (format, text) => {
    expect(() => parse(text, format)).toThrow(SyntaxError);
    expect(() => parse(text, format)).not.toThrow(/made-up/);
  });

  it('shows by missing entries alone in all other formats', () => {
    expect(Object.keys(formats).filter((name) => !cutShows(name))).toEqual([
      'ini',
      'dotenv',
      'toml',
      'yaml',
      'lines',
    ]);
    expect([...parse('', 'ini')]).toEqual([]);
  });
});

it('the ending of a file tells its format', () => {
  const names = ['.config/x.json', 'a.ini', '.npmrc', 'b.env', 'c.toml', 'd.yml', 'passwords'];
  expect(names.map(formatByName)).toEqual(['json', 'ini', 'ini', 'dotenv', 'toml', 'yaml', undefined]);
});

it.each([
  ['xml', 'expected json, ini'],
  ['ini:x', 'nothing stands behind the colon'],
  ['lines:^x$', 'no group "key"'],
  ['lines:(?<key>x)', 'no group "value"'],
  ['lines:(?<key>(?<value>', 'is no pattern'],
])('the format %s is refused: %s', (format, why) => expect(whyNoFormat(format)).toContain(why));
