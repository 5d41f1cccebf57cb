import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../src/waiting.test.helper.js';
import { fixture, newDirectory, processesIn } from '../../cli/command.test.helper.js';
import { outcomeOfError } from '../../core/outcome.js';
import { fillSpecification } from '../../programs/fill-specification.js';
import type { Specification } from '../../programs/specification.js';
import { Identified } from '../../workload/values.js';
import { programModule } from './store.js';

const inPlace = `sh ${fixture('programs/in-place.sh')}`;
const [a, b] = ['tui-1-provider-1', 'tui-1-provider-2'];
const value = (n: number) => new Identified(`tui-1.0.${n}`);

/** A program as a store, in a home of its own. */
function made(given: Specification) {
  const home = newDirectory();
  const program = fillSpecification(given, home);
  mkdirSync(path.dirname(path.join(home, program.file)), { recursive: true });
  const file = path.join(home, program.file);
  const module = programModule(program);
  return { home, file, module, open: () => module.open(file, { home }) };
}

it('a server is started once for a store, asked over HTTP, and ended with it', async () => {
  const starts = path.join(newDirectory(), 'starts');
  const { open } = made({
    serve: `${process.execPath} ${fixture('programs/server.mjs')} {port} {file}`,
    ready: 'listening',
    file: 'auth.json',
    env: { STARTS: starts },
    set: 'PUT /auth/{key} {"type":"api","key":"{value}"}',
    remove: 'DELETE /auth/{key}',
  });
  const store = await open();
  onTestFinished(() => store.close?.());
  await store.set(a, value(1));
  await store.set(b, value(2));
  expect(await store.all()).toEqual({ [a]: value(1), [b]: value(2) });
  await store.remove(a);
  expect(await store.get(a)).toBeUndefined();
  const pids = readFileSync(starts, 'utf8').trim().split('\n');
  expect(pids).toHaveLength(1);
  await store.close?.();
  expect(existsSync(`/proc/${pids[0]}`)).toBe(false);
});

it('a program that can only remove begins with the entries of its seed', async () => {
  const { module, file, home, open } = made({
    commandRemove: `${inPlace} {file} {key}`,
    seed: '# a heading\n{key}={value}\n',
    format: 'dotenv',
  });
  await module.begin?.(file, { [a]: value(1), [b]: value(2) }, { home });
  const store = await open();
  expect(await store.all()).toEqual({ [a]: value(1), [b]: value(2) });
  await store.remove(a);
  expect(await store.all()).toEqual({ [b]: value(2) });
  await expect(store.set(b, value(3))).rejects.toMatchObject({ definite: true });
});

it("a program's own commands are asked instead of its file where it has some", async () => {
  const dump = `sh -c 'grep "^$1=" "$0" | cut -d= -f2'`;
  const given = { command: `${inPlace} {file} {key} {value}`, format: 'dotenv' };
  const { module, open, file } = made({
    ...given,
    commandList: 'sh -c "sort $0; echo tui-1-provider-2=tui-1.0.9-end" {file}',
    commandGet: `${dump} {file} {key}`,
  });
  // No look at the file is evidence then.
  expect([module.read, made(given).module.read]).toEqual([undefined, expect.any(Function)]);
  const store = await open();
  await store.set(a, value(1));
  expect(await store.all()).toEqual({ [a]: value(1), [b]: value(9) });
  expect(await store.get(a)).toEqual(value(1));
  expect(readFileSync(file, 'utf8')).not.toContain(b);
});

it('a command is killed with its children after its timeout, and its operation may have happened', async () => {
  const { open, home } = made({
    command: 'echo "$KEY=$VALUE" >> "$FILE"; sleep 300 & wait',
    shell: true,
    file: '.env',
    timeout: '500ms',
  });
  const store = await open();
  await expect(store.set(a, value(1))).rejects.toMatchObject({
    definite: false,
    message: expect.stringContaining('did not end in time and was killed'),
  });
  await eventually(() => expect(processesIn(home)).toEqual([]));
});

describe('a program that runs on, and is asked by lines', () => {
  const answers = `${process.execPath} ${fixture('programs/lines.mjs')} {file}`;

  it('is started once, is told what to do by lines, and ends with its store', async () => {
    const { open, file, home, module } = made({ command: answers, lines: true, format: 'json' });
    const store = await open();
    await Promise.all([store.set(a, value(1)), store.set(b, value(2))]);
    expect(processesIn(home)).toHaveLength(1);
    await store.remove(a);
    expect(await store.all()).toEqual({ [b]: value(2) });
    expect(module.read?.(readFileSync(file))).toEqual({ [b]: value(2) });
    await store.close?.();
    expect(processesIn(home)).toEqual([]);
  });

  it('its file is looked at only where its format is known', () => {
    expect(made({ command: answers, lines: true }).module.read).toBeUndefined();
  });

  it.each<[string, string, boolean, string]>([
    ['says that it has changed nothing', '{"error":"busy","definite":true}', true, 'busy'],
    ['says that it failed', '{"error":"no room"}', false, 'no room'],
    ['answers what says nothing', '{}', false, 'it did not say why'],
    ['prints what is no answer', 'loading ...', false, 'it answered with no object of JSON: loading ...'],
    ['ends', '', false, 'it ended with exit code 3'],
  ])(
    'a change has failed for certain only where the program says so: it %s',
    async (_, line, definite, why) => {
      const command = `sh -c 'read asked; test -z "$0" && exit 3; echo "$0"; read more' '${line}' {file}`;
      const store = await made({ command, lines: true }).open();
      const error = await store.set(a, value(1)).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.stringContaining(why) });
      expect(outcomeOfError('set', error)).toBe(definite ? 'fail' : 'unknown');
      await store.close?.();
    },
  );

  it('after its end the next question starts it again, and a late answer belongs to none', async () => {
    const { open, home } = made({
      command: `sh -c 'read asked; sleep 300' {file}`,
      lines: true,
      timeout: '100ms',
    });
    const store = await open();
    for (const n of [1, 2])
      await expect(store.set(a, value(n))).rejects.toThrow('it did not answer in 0.1 s');
    await eventually(() => expect(processesIn(home)).toEqual([]));
  });
});
