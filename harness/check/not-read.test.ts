import { describe, expect, test } from 'vitest';
import { checkFile } from './check-file.js';
import { checkText, fileOf } from './files.test.helper.js';
import { layouts, type Written } from './layouts.test.helper.js';

const call = (process: number, f: string, value: string): Written[] => [
  { process, type: 'invoke', f, value },
  { process, type: 'ok', f, value },
];
const healthy = [...call(0, 'write', '1'), ...call(1, 'read', '1')];
const plain = layouts['history.txt']?.(healthy) ?? '';

describe('a text without an operation has no verdict', () => {
  const ours = '{"type":"run","version":1,"scenario":"s","target":"t","seed":1,"atLeast":{}}\n';
  test.each([
    ['nothing', ''],
    ['a word', 'hello\n'],
    ['prose', 'The test was fine.\nAll 12 reads were :ok.\n'],
    ['results.edn', '{:valid? true, :stats {:count 12}}\n'],
    ['only the nemesis', ':nemesis\t:info\t:start\tnil\n'],
    ['an empty vector', '[]\n'],
    ['binary', '\u0000\u0001JEPSEN\ufffd\u0003\n\u0000'],
    ['UTF-16', Buffer.from(plain, 'utf16le').toString('latin1')],
    ['a run in which nothing was done', ours],
  ])('a text without an operation gets the result "none": %s', async (_, text) => {
    const { result, scope, calls } = await checkText(text);
    expect([result, calls]).toEqual(['none', 0]);
    expect(scope).toMatch(/^0 of \d+ (line|value)s? is an operation; expected /);
  });

  test.each(['jepsen', 'maelstrom'] as const)(
    'our own history, read in the format %s, gets no verdict',
    async (format) => {
      const read = checkText(ours, { format });
      if (format === 'jepsen') expect(await read).toMatchObject({ result: 'none' });
      else await expect(read).rejects.toThrow(/can't be read/);
    },
  );
});

describe('lines that are no operations', () => {
  test('the report counts the lines that are no operations, by kind', async () => {
    const log = layouts['jepsen.log among other lines']?.(healthy) ?? '';
    expect((await checkText(log)).lines).toEqual({
      unit: 'line',
      all: 16,
      operations: 4,
      nemesis: 4,
      other: 8,
      unread: 0,
    });
  });

  test('more than three unread lines that look like operations make the verdict unknown', async () => {
    const quoted = 'worker 3 had this: 3\t:invoke\t:read\tnil\n';
    expect(await checkText(plain + quoted.repeat(3))).toMatchObject({
      result: 'valid',
      lines: { unread: 3, firstUnread: 5 },
    });
    const { result, scope } = await checkText(plain + quoted.repeat(4));
    expect(result).toBe('unknown');
    expect(scope).toBe('4 lines not read, though they may be operations (the first: line 5)');
  });

  test('in a plain history more than three unread lines make any verdict unknown', async () => {
    expect(await checkText(`${plain}${'xx\n'.repeat(4)}`)).toMatchObject({
      result: 'unknown',
      lines: { unread: 4 },
    });
    const wrong = plain.replace('ok\t:read\t1', 'ok\t:read\t2');
    expect(await checkText(wrong)).toMatchObject({ result: 'invalid' });
    expect(await checkText(`${wrong}${'xx\n'.repeat(4)}`)).toMatchObject({ result: 'unknown' });
  });

  test('the further lines of an error are not counted as unread', async () => {
    const error = '4\t:invoke\t:write\t2\n4\t:info\t:write\t2\tread timed out:\nat X\nat Y\nat Z\nat A\n';
    expect(await checkText(plain + error)).toMatchObject({ result: 'valid', lines: { other: 4, unread: 0 } });
  });
});

describe('a last line that was cut', () => {
  test.each(['history.txt', 'jepsen.log, 2021', 'history.edn', 'one vector'])(
    'a history whose last line was cut is never valid, and invalid if an error came before: %s',
    async (name) => {
      const text = layouts[name]?.([...healthy, ...call(2, 'read', '1')]) ?? '';
      for (const cut of [text.slice(0, -8), text.slice(0, -12)]) {
        const { result, scope, interrupted } = await checkText(cut);
        expect([result, interrupted, scope]).toEqual([
          'unknown',
          true,
          expect.stringMatching(/^interrupted: cut in line \d/),
        ]);
      }
      const wrong = layouts[name]?.([...call(0, 'write', '1'), ...call(1, 'read', '3'), ...healthy]) ?? '';
      expect(await checkText(wrong.slice(0, -8))).toMatchObject({ result: 'invalid', interrupted: true });
    },
  );
});

test('an operation that the model does not know is refused with the number of its line', async () => {
  const file = fileOf(layouts['history.txt']?.(call(0, 'add', '1')) ?? '');
  await expect(checkFile(file, {})).rejects.toThrow(`${file}:1 can't be read: an unknown operation :add`);
});

test.each([
  ['some operations have a key', '0\t:invoke\t:write\t[1 2]\n1\t:invoke\t:write\t2\n'],
  ['ends :read of key 2, and had begun it of key 1', '0\t:invoke\t:read\t[1 nil]\n0\t:ok\t:read\t[2 3]\n'],
  [
    ':index 3 comes after :index 4',
    '{:process 0, :type :invoke, :f :read, :index 4}\n{:process 0, :type :ok, :f :read, :value 1, :index 3}\n',
  ],
  [
    'the value that begins in line 1 has no end',
    '{:process 0, :type :invoke, :f :read\n{:process 1, :type :invoke, :f :read}\n',
  ],
  ['a map with a key that has no value', '{:process 0, :type :invoke, :f}\n'],
])("a history that can't be read is refused with a message: %s", async (message, text) => {
  await expect(checkText(text)).rejects.toThrow(message);
});

test('the scope does not count the parts that were left when one was found to be invalid', async () => {
  const get = (process: number, key: string, value: string) =>
    `{:process ${process}, :type :invoke, :f :get, :key "${key}", :value nil}\n{:process ${process}, :type :ok, :f :get, :key "${key}", :value "${value}"}\n`;
  const append = (process: number, key: string) =>
    `{:process ${process}, :type :invoke, :f :append, :key "${key}", :value "x"}\n{:process ${process}, :type :ok, :f :append, :key "${key}", :value "x"}\n`;
  const { scope } = await checkText(append(0, 'a') + get(1, 'a', 'y') + append(0, 'b') + get(1, 'b', 'x'));
  expect(scope).toMatch(/^exact: 1 of 2 parts decided, 1 by a search of \d+ steps$/);
});
