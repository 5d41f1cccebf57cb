import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { newDirectory } from '../../src/cli/command.test.helper.js';
import { bareReport as report } from '../core/report.test.helper.js';
import type {} from './index.js';
import { toLoseNothing } from './to-lose-nothing.js';

describe('the matcher and the report of a run', () => {
  it.each([
    ['valid', true, 'to lose something'],
    ['invalid', false, 'to lose nothing'],
  ] as const)('a run that is %s decides', async (result, pass, said) => {
    const matched = await toLoseNothing(report(result));
    expect([matched.pass, matched.message()]).toEqual([pass, expect.stringContaining(said)]);
  });

  it.each(['unknown', 'blind', 'interrupted'] as const)(
    'a run that is %s proves neither the assertion nor its contrary',
    async (result) => {
      await expect(toLoseNothing(report(result))).rejects.toThrow(
        `the run is ${result}, so it proves neither`,
      );
    },
  );

  it.each([[7], [null], [undefined], [{ schema: 2 }], [new URL('https://example.com/store.js')]])(
    'what is no store and no report is refused: %j',
    async (received) => {
      await expect(toLoseNothing(received)).rejects.toThrow(
        'expected the path of a module that opens a store',
      );
    },
  );
});

describe('the matcher that is shipped', async () => {
  await import(new URL('../../dist/harness/vitest/index.js', import.meta.url).href);
  const failureOf = (clients: string[], out: string): Promise<string> =>
    expect('naive')
      .toLoseNothing({ clients, out, executor: 'sim' })
      .then(
        () => 'green',
        ({ message }: Error) => message,
      );

  it('a losing store is red with the table, the id of its schedule, which is kept, and the command that replays it', async () => {
    const out = newDirectory();
    const red = await failureOf(['set a', 'set b'], out);
    expect(red).toMatch(/^expected naive to lose nothing.*lost-update.*\| T\d+ +\|/s);
    const [, id = '', file = ''] = /Schedule (\S+):.*Again: npx holdfast replay (\S+)/s.exec(red) ?? [];
    expect(file).toBe(path.join(out, 'schedules', `${id}.json`));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ target: 'naive', kind: 'lost-update' });
  });

  it('a program in which no two clients write is refused', async () => {
    expect(await failureOf(['set a', 'get b'], newDirectory())).toContain(
      'no two clients write in "set a | get b"',
    );
  });
});
