import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { passTime, patient, until } from '../../../waiting.test.helper.js';
import { failureOf, newFile, strangersIntent, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { built, runBuilt } from '../../system.test.helper.js';

/**
 * Another process in the midst of a commit: its intent is there, with a document staged in it. It says so, and
 * waits to be told to go on; then it tries to publish, and says how that went.
 */
function committer(file: string, then: 'wait' | 'die') {
  return runBuilt(`
    import { renameSync, writeFileSync } from 'node:fs';
    const { createIntent, createTicket } = await import(${JSON.stringify(built('file/queue/intents'))});
    const { Sites } = await import(${JSON.stringify(built('file/disk/site'))});
    const file = ${JSON.stringify(file)};
    const site = new Sites(file).make();
    const { directory } = createIntent(site);
    if (${then === 'die'}) createTicket(site, 'request', 1, '[]\\n');
    writeFileSync(directory.at('new'), '{"late":true}');
    console.log('ready');
    if (${then === 'wait'}) process.stdin.once('data', () => {
      try {
        renameSync(directory.at('new'), site.place);
        console.log('published');
      } catch (error) {
        console.log(error.code);
      }
      process.exit();
    });`);
}

describe('the remains of a dead process', () => {
  it('the next commit removes what a dead process left, without waiting for its lease', async () => {
    const file = newFile();
    const dead = committer(file, 'die');
    await dead.ended;
    expect(readdirSync(`${file}.intents`)).toHaveLength(2);
    await openStore(file, { leaseMs: 3_600_000, ...patient }).set('a', 1);
    expect(readdirSync(`${file}.intents`)).toEqual([]);
    expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
  });
});

describe('a live process that has stopped in the middle of a commit', () => {
  it('a stopped process is not passed before its lease is over: E_TIMEOUT names it, and nothing is written', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1}');
    const holder = committer(file, 'wait');
    await holder.line();
    const store = openStore(file, { leaseMs: 2 * patient.deadlineMs, ...patient });
    const failure = failureOf(store.set('b', 2));
    await until(() => readdirSync(`${file}.intents`).length > 1);
    passTime(patient.deadlineMs);
    const error = await failure;
    expect(error).toMatchObject({
      code: 'E_TIMEOUT',
      definite: true,
      file,
      holder: { pid: holder.pid },
      message: expect.stringContaining(String(holder.pid)),
    });
    expect(textOf(file)).toBe('{"a":1}');
    // The request was taken back under an intent of its own: nobody is left who could apply it now.
    holder.tell('go on');
    expect(await holder.line()).toBe('ENOENT');
    expect(textOf(file)).toBe('{"a":1}');
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('a caller that gives up without a request leaves the stopped process undisturbed', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1}');
    const holder = committer(file, 'wait');
    await holder.line();
    const store = openStore(file, { leaseMs: 3_600_000, deadlineMs: 40 });
    expect(await failureOf(store.update('b', () => 2))).toMatchObject({ code: 'E_TIMEOUT', definite: true });
    expect(readdirSync(`${file}.intents`)).toEqual([expect.stringContaining(`-${holder.pid}-`)]);
    holder.tell('go on');
    expect(await holder.line()).toBe('published');
  });

  it('a stopped process does not block reading', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1}');
    const holder = committer(file, 'wait');
    await holder.line();
    expect(await openStore(file, { leaseMs: 3_600_000, deadlineMs: 1 }).all()).toEqual({ a: 1 });
    holder.kill();
  });

  it("a stopped process is passed after its lease, and can't overwrite the newer commit when it resumes", async () => {
    const file = newFile();
    const holder = committer(file, 'wait');
    await holder.line();
    await openStore(file, { leaseMs: 50, ...patient }).set('a', 1);
    holder.tell('go on');
    expect(await holder.line()).toBe('ENOENT');
    expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
  });
});

it("an intent whose process can't be checked is passed after the lease, whatever files are in it", async () => {
  const file = newFile();
  mkdirSync(strangersIntent(file), { recursive: true });
  writeFileSync(path.join(strangersIntent(file), 'stray'), '');
  await openStore(file, { leaseMs: 50, ...patient }).set('a', 1);
  expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
});

describe('a directory in an intent', () => {
  it('a directory in an intent is left alone, and the error names it', async () => {
    const file = newFile();
    const inside = path.join(strangersIntent(file), 'a');
    mkdirSync(path.join(inside, 'b'), { recursive: true });
    writeFileSync(path.join(inside, 'b', 'precious'), '');
    const store = openStore(file, { leaseMs: 50, ...patient });
    const error = await failureOf(store.update('a', () => 1));
    expect(error).toMatchObject({ code: 'E_IO', definite: true });
    const reason = `could not remove ${inside}: it is a directory, which no commit makes`;
    expect(error.message).toContain(reason);
    // What lies there as a request may be carried along by another, once the way is free.
    const doubt = await failureOf(store.set('b', 2));
    expect(doubt).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    expect(doubt.message).toContain(reason);
    expect(readdirSync(path.join(inside, 'b'))).toEqual(['precious']);
    renameSync(inside, `${file}.moved`);
    await openStore(file, { leaseMs: 50, ...patient }).set('a', 1);
    expect(JSON.parse(textOf(file))).toMatchObject({ a: 1 });
  });
});

it('foreign entries among the intents block no commit, and stay', async () => {
  const file = newFile();
  mkdirSync(path.join(`${file}.intents`, 'auth.json.lock'), { recursive: true });
  writeFileSync(path.join(`${file}.intents`, 'stray'), '');
  await openStore(file, { leaseMs: 3_600_000, ...patient }).set('a', 1);
  expect(readdirSync(`${file}.intents`).toSorted()).toEqual(['auth.json.lock', 'stray']);
});
