import { describe, expect, it } from 'vitest';
import { programEnvironment } from './environment.js';
import { fillSpecification } from './fill-specification.js';
import { outcomeOfExit, outcomeOfStatus } from './outcome.js';
import { readSpecification } from './read-specification.js';
import type { Specification } from './specification.js';
import { fill, splitWords } from './template.js';

const filled = (given: Specification) => fillSpecification(given, '/somewhere');
const words = { file: '/h/f', home: '/h', dir: '/d', key: 'k', value: 'v $(touch x) {key}' };

describe('the words of a command, which no shell sees', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`a 'b c' "d e"f`, ['a', 'b c', 'd ef']],
    [`a\\ b "c\\"d" "e\\f" ''`, ['a b', 'c"d', 'e\\f', '']],
    [`x '{"a":"{value}"}' $HOME \`y\``, ['x', '{"a":"{value}"}', '$HOME', '`y`']],
  ])('%s is split as a shell would split it', (text, expected) => expect(splitWords(text)).toEqual(expected));

  it('an open quote is refused', () => {
    expect(() => filled({ command: "x '{value} {key} {file}", format: 'ini' })).toThrow(
      "--command: a ' is not closed",
    );
  });

  it('a value that was filled in is never filled in again', () => {
    expect(fill('--{key}={value}', words)).toBe('--k=v $(touch x) {key}');
    expect(fill('{port} {other}', words)).toBe('{port} {other}');
  });
});

it('the modes of the file are judged only where a specification says so', () => {
  const given = { command: 'x {key} {value}', file: 'f.ini' };
  expect([given, { ...given, private: true }].map((one) => filled(one).isPrivate)).toEqual([false, true]);
});

describe('a specification with which nothing could be tested', () => {
  it.each<[Specification, string]>([
    [{ command: 'x {key} {file}' }, '--command has no {value}: nothing could be recognised afterwards'],
    [{ command: 'x {value} {file}' }, '--command has no {key}: all clients would set the same entry'],
    [{ command: 'x $KEY {file}', shell: true }, '--command has no $VALUE'],
    [{ command: 'x {key} {value}' }, 'nothing says where the program keeps its entries; give --file PATH'],
    [{ command: 'x {key} {value}', file: 'f' }, 'nothing says how f is to be read; give --format'],
    [{ command: 'x {key} {value}', file: '../f.json' }, '--file ../f.json is outside the home'],
    [{ command: 'x {key} {value}', file: 'f', format: 'xml' }, '--format: "xml" is no format'],
    [{ command: 'x {key} {value}', file: 'f.ini', timeout: '5' }, '--timeout 5 is no time'],
    [{ command: 'x {key} {value}', file: 'f.ini', failedWhen: '(' }, '--failed-when is no pattern'],
    [{}, 'expected either --command'],
    [{ command: 'x {key} {value}', serve: 'y', file: 'f.ini' }, 'expected either --command'],
    [{ serve: 'x {port}', file: 'f.json' }, '--serve needs --set'],
    [{ serve: 'x', set: 'PUT /{key} {value}', file: 'f.json' }, '--serve has no {port}'],
    [{ serve: 'x {port}', set: '{key} {value}', file: 'f.json' }, '--set is no request'],
    [
      { command: 'x {file} {key}', lines: true },
      'with --lines the command is started once for each client, and has no {key}',
    ],
    [{ command: 'x {file}', lines: true, stdin: '{value}' }, '--stdin means nothing with --lines'],
    [{ command: 'x', lines: true }, 'nothing says where the program keeps its entries'],
    [
      { serve: 'x {port}', lines: true, set: 'PUT /{key} {value}', file: 'f.json' },
      '--lines is for --command',
    ],
    [{ commandRemove: 'x {key}', file: 'f.json' }, 'give --seed-file with a line that has {key} and {value}'],
  ])('is refused: %j', (given, why) => expect(() => filled(given)).toThrow(why));

  it.each([
    ['{', 'f is not JSON'],
    ['[]', 'f is no specification'],
    ['{"comand":"x"}', 'f: unknown "comand"; expected one of: name, title, command'],
    ['{"failed":"1"}', 'f: "failed" is not a list of numbers'],
  ])('is refused as a file: %s', (text, why) => expect(() => readSpecification(text, 'f')).toThrow(why));
});

it('the name, the file and the format follow from the command', () => {
  expect(filled({ command: 'git config --file {file} f.{key}.v {value}', format: 'ini' })).toMatchObject({
    name: 'git',
    file: 'entries.ini',
    format: 'ini',
    version: { words: ['git', '--version'] },
  });
  expect(filled({ command: './store.py {file} {key} {value}', file: '.x/a.json' })).toMatchObject({
    name: 'store.py',
    file: '.x/a.json',
    format: 'json',
    // What a script makes of an argument that it does not expect is unknown.
    version: undefined,
  });
});

describe('the outcome of an operation', () => {
  const spec = { failed: [5], failedWhen: 'could not lock' };
  it.each([
    [0, '', 'ok'],
    [1, '', 'unknown'],
    [5, '', 'fail'],
    [255, 'error: could not lock config file', 'fail'],
    [null, '', 'unknown'],
    [0, 'could not lock', 'ok'],
  ] as const)('follows from exit code %s with %j on stderr: %s', (code, errors, outcome) => {
    expect(outcomeOfExit({ code, errors }, spec)).toBe(outcome);
  });
  it.each([
    [200, 'ok'],
    [204, 'ok'],
    [5, 'fail'],
    [500, 'unknown'],
    [302, 'unknown'],
  ] as const)('follows from HTTP status %s: %s', (status, outcome) =>
    expect(outcomeOfStatus(status, '', spec)).toBe(outcome),
  );
});

it('a program gets PATH, LANG, a home of its own, the variables of its specification, and nothing else', () => {
  const user = {
    PATH: '/bin',
    LANG: 'de_DE.UTF-8',
    HOME: '/root',
    NPM_TOKEN: 'made-up',
    SSH_AUTH_SOCK: '/s',
  };
  const environment = programEnvironment(user, words, { A: '{home}/a' });
  expect(environment).toMatchObject({
    PATH: '/bin',
    LANG: 'de_DE.UTF-8',
    HOME: '/h',
    TMPDIR: '/h/tmp',
    A: '/h/a',
  });
  expect(
    Object.keys(environment).filter((name) => !/^(PATH|LANG|HOME|TMPDIR|XDG_\w+|A)$/.test(name)),
  ).toEqual([]);
  expect(programEnvironment(user, words, {}, true)).toMatchObject({
    FILE: '/h/f',
    KEY: 'k',
    VALUE: words.value,
  });
});
