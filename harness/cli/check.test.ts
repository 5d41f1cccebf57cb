import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ModelReport } from '../index.js';
import { holdfastWarm, newDirectory } from './command.test.helper.js';

const recorded = (name: string) => fileURLToPath(new URL(`../formats/fixtures/${name}`, import.meta.url));

function file(name: string, lines: readonly string[]): string {
  const place = path.join(newDirectory(), name);
  writeFileSync(place, `${lines.join('\n')}\n`);
  return place;
}

const jepsen = (...events: string[]) =>
  file(
    'jepsen.log',
    events.map((event) => `INFO  jepsen.util - ${event}`),
  );

describe('a history of another tool', () => {
  it.each([
    ['etcd/002.log', 'jepsen', 'valid', 0],
    ['etcd/000.log', 'jepsen', 'invalid', 1],
    ['kv/c10-ok.txt', 'maelstrom', 'valid', 0],
    ['kv/c10-bad.txt', 'maelstrom', 'invalid', 1],
  ])(
    'the exit code gives the verdict on a history of another tool: %s',
    async (name, format, verdict, code) => {
      const { exitCode, stdout, stderr } = await holdfastWarm([
        'check',
        recorded(name),
        '--format',
        format,
        '--json',
      ]);
      expect(stderr).toBe('');
      expect(exitCode).toBe(code);
      expect(JSON.parse(stdout)).toMatchObject([{ file: recorded(name), format, result: verdict }]);
    },
  );

  it('a history that is not decided does not pass: exit code 3', async () => {
    const writes = Array.from({ length: 26 }, (_, at) => `${at}\t:invoke\t:write\t${at}`);
    const place = jepsen(...writes, '90\t:invoke\t:cas\t[98 99]', '90\t:ok\t:cas\t[98 99]');
    const { exitCode, stdout } = await holdfastWarm(['check', place, '--format', 'jepsen']);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/unknown .* 1 of 1 part not decided in \d+ steps/);
  });

  it('an invalid history is explained by the fewest calls that contradict each other, as a picture', async () => {
    const place = jepsen(
      ...['0\t:invoke\t:write\t1', '0\t:ok\t:write\t1', '1\t:invoke\t:write\t2', '1\t:ok\t:write\t2'],
      ...['2\t:invoke\t:read\tnil', '3\t:invoke\t:cas\t[7 8]', '3\t:fail\t:cas\t[7 8]', '2\t:ok\t:read\t1'],
    );
    const { stdout } = await holdfastWarm(['check', place, '--format', 'jepsen', '--model', 'cas-register']);
    expect(stdout).toContain('3 calls that have no order, whatever the others did that had begun by then.');
    expect(stdout.split('\n').filter((line) => /^ {2}line/.test(line))).toEqual([
      '  line 1     0  write 1  |==|',
      '  line 3     1  write 2        |==|',
      '  line 5  *  2  read 1               |==|',
    ]);
    expect(stdout).toContain('After line 1, line 3 there is no place for line 5 (*).');
  });
});

describe('a file without an operation', () => {
  const plain = ['3\t:invoke\t:write\t4', '3\t:ok\t:write\t4'];

  it('a file without an operation has no verdict, alone or as one of several: exit code 4', async () => {
    const [whole, empty] = [file('whole.log', plain), file('empty.log', ['hello'])];
    const alone = await holdfastWarm(['check', empty, '--format', 'jepsen']);
    expect([alone.exitCode, alone.stderr]).toEqual([
      4,
      expect.stringContaining(`${empty}: 0 of 1 line is an operation; expected a history.txt`),
    ]);
    const { exitCode, stdout } = await holdfastWarm(['check', whole, empty, '--json']);
    expect(exitCode).toBe(4);
    expect((JSON.parse(stdout) as ModelReport[]).map(({ result }) => result)).toEqual(['valid', 'none']);
  });

  it('a file without an operation does not hide what is wrong in another: exit code 1', async () => {
    const wrong = file('wrong.log', [...plain, '1\t:invoke\t:read\tnil', '1\t:ok\t:read\t2']);
    const { exitCode, stdout } = await holdfastWarm(['check', wrong, file('empty.log', [])]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('0 of 0 lines is an operation');
  });

  it('a directory is refused by name', async () => {
    const { exitCode, stderr } = await holdfastWarm(['check', newDirectory()]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/is a directory; expected a history file/);
  });
});

describe('several files', () => {
  it('several files are judged in their order, and the worst verdict wins', async () => {
    const names = ['etcd/002.log', 'etcd/000.log', 'etcd/005.log'].map(recorded);
    const { exitCode, stdout } = await holdfastWarm(['check', ...names, '--format', 'jepsen', '--json']);
    const reports = JSON.parse(stdout) as ModelReport[];
    expect(reports.map(({ file, result }) => [file, result])).toEqual([
      [names[0], 'valid'],
      [names[1], 'invalid'],
      [names[2], 'valid'],
    ]);
    expect(exitCode).toBe(1);
  });

  it('an unreadable file among several is refused with the number of its line, and no file is judged', async () => {
    const broken = jepsen('0\t:invoke\t:pop\tnil');
    const { exitCode, stderr, stdout } = await holdfastWarm([
      'check',
      recorded('etcd/002.log'),
      broken,
      '--format',
      'jepsen',
    ]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${broken}:1 can't be read: an unknown operation :pop`);
  });
});

describe('a history of ours', () => {
  const header = { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} };
  const start = { type: 'start', time: 0, client: 'a', process: 1, access: 'file' };
  const call = (op: string, time: number, action: string, result?: string | null) => [
    { type: 'invoke', time, op, client: 'a', process: 1, action, key: 'k' },
    { type: 'ok', time: time + 1, op, ...(result === undefined ? {} : { result }) },
  ];
  const history = (...events: object[]) =>
    file(
      'history.jsonl',
      [header, start, ...events].map((event) => JSON.stringify(event)),
    );
  const asRegister = (place: string) => holdfastWarm(['check', place, '--model', 'register']);

  it('a history is judged key by key with the model "register"', async () => {
    const healthy = [...call('a.0.0', 1, 'set'), ...call('a.0.1', 3, 'get', 'a.0.0')];
    expect((await asRegister(history(...healthy))).exitCode).toBe(0);
    const { exitCode, stdout } = await asRegister(history(...healthy, ...call('a.0.2', 5, 'get', null)));
    expect(exitCode).toBe(1);
    expect(stdout).toContain('read nothing');
  });

  it('a history whose keys are removed is judged by a search', async () => {
    const removed = [
      ...call('a.0.0', 1, 'set'),
      ...call('a.0.1', 3, 'remove'),
      ...call('a.0.2', 5, 'get', null),
    ];
    expect((await asRegister(history(...removed))).exitCode).toBe(0);
    const again = [...removed, ...call('a.0.3', 7, 'set'), ...call('a.0.4', 9, 'get', null)];
    const { exitCode, stdout } = await asRegister(history(...again));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/"k": \d calls that have no order/);
  });

  it('a history without an operation has no verdict: exit code 4', async () => {
    const { exitCode, stderr } = await asRegister(history());
    expect(exitCode).toBe(4);
    expect(stderr).toContain('0 of 2 lines is an operation; expected the history.jsonl of a run');
  });
});

it.each([
  [['--format', 'jepsen', '--model', 'kv'], "can't be judged as kv; expected one of: cas-register, register"],
  [['--format', 'elle'], 'Allowed choices are holdfast, jepsen, maelstrom'],
  [['--model', 'queue'], 'Allowed choices are credentials, register, cas-register, kv'],
])('options that do not fit are refused: %s', async (flags, message) => {
  const { exitCode, stderr } = await holdfastWarm(['check', recorded('etcd/002.log'), ...flags]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
