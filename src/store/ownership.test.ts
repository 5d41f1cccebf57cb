import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stage } from './file/disk/stage.js';
import { listRecoverable } from './file/doctor/recoverable.js';
import { createIntent, createTicket } from './file/queue/intents.js';
import { failureOf, newDirectory, newFile, siteOf, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';
import { asNobody, lacks, newWriter } from './system.test.helper.js';

const nobody = 65534;

/** The place of a file in a directory of a user who owns nothing else, and may come there. */
function fileOfNobody(): string {
  const file = newFile();
  const directory = path.dirname(file);
  chmodSync(path.dirname(directory), 0o711);
  chmodSync(directory, 0o700);
  chownSync(directory, nobody, nobody);
  return file;
}

/** Whose is what lies there, and what that is in. */
function ownersBelow(directory: string): Record<string, number> {
  const names = ['.', ...(readdirSync(directory, { recursive: true }) as string[])].sort();
  return Object.fromEntries(names.map((name) => [name, lstatSync(path.join(directory, name)).uid]));
}

describe.skipIf(lacks('root', 'setpriv'))('root in a user’s directory', () => {
  it('every file that root writes belongs to the user: the file, its copy, the intents, and damaged copies', async () => {
    const file = fileOfNobody();
    writeFileSync(file, '{"a":1}');
    chownSync(file, nobody, nobody);
    const store = openStore(file);
    await store.set('b', 2);
    await store.set('c', 3);
    writeFileSync(file, '{');
    await store.set('d', 4);
    const owners = ownersBelow(path.dirname(file));
    expect(Object.keys(owners).length).toBeGreaterThan(4);
    expect(new Set(Object.values(owners))).toEqual(new Set([nobody]));
    const writer = await newWriter({ wrapper: asNobody });
    expect(await writer.call('set', file, 'e', 5)).toEqual({ ok: true });
    expect(JSON.parse(textOf(file))).toEqual({ a: 1, b: 2, c: 3, d: 4, e: 5 });
  });

  it('the first file and the directories above it belong to the user', async () => {
    const home = path.dirname(fileOfNobody());
    await openStore(path.join(home, '.local', 'share', 'auth.json')).set('a', 1);
    const owners = ownersBelow(home);
    expect(Object.keys(owners)).toHaveLength(6);
    expect(new Set(Object.values(owners))).toEqual(new Set([nobody]));
  });

  it('root gives the user a directory of intents that an earlier root made', async () => {
    const file = fileOfNobody();
    writeFileSync(file, '{}');
    chownSync(file, nobody, nobody);
    mkdirSync(`${file}.intents`, { mode: 0o700 });
    await openStore(file).set('a', 1);
    expect(lstatSync(`${file}.intents`).uid).toBe(nobody);
  });

  it('the user owns what they must be able to remove: intents, tickets and claims', async () => {
    const file = fileOfNobody();
    createTicket(siteOf(file), 'request', 1, '[]\n');
    createIntent(siteOf(file));
    const store = openStore(file, { queues: false });
    await store.set('a', 1);
    createIntent(siteOf(file));
    const seen: Record<string, number>[] = [];
    await store.refresh(
      'a',
      (value) => value === 2,
      () => {
        seen.push(ownersBelow(path.dirname(file)));
        return 2;
      },
    );
    expect(Object.keys(seen[0] ?? {})).toEqual(expect.arrayContaining(['auth.json.refresh']));
    expect(Object.keys(seen[0] ?? {}).length).toBeGreaterThan(6);
    expect(new Set(Object.values(seen[0] ?? {}))).toEqual(new Set([nobody]));
  });

  it('root follows no link of the user in the place of the intents', async () => {
    const [file, elsewhere] = [fileOfNobody(), newDirectory()];
    chmodSync(elsewhere, 0o755);
    symlinkSync(elsewhere, `${file}.intents`);
    expect(await failureOf(openStore(file).set('a', 1))).toMatchObject({ code: 'E_IO', definite: true });
    const { uid, mode } = lstatSync(elsewhere);
    expect([uid, mode & 0o777, readdirSync(elsewhere)]).toEqual([0, 0o755, []]);
  });
});

describe.skipIf(lacks('root', 'setpriv'))(
  'a file of root that a user has moved to where the store looks',
  () => {
    it('a directory with something in it is not given to the user', async () => {
      const file = fileOfNobody();
      for (const place of [`${file}.intents`, `${file}.refresh`]) {
        mkdirSync(place, { mode: 0o755 });
        writeFileSync(path.join(place, 'backup'), 'CANARY', { mode: 0o644 });
      }
      const store = openStore(file);
      expect(await failureOf(store.set('a', 1))).toMatchObject({ code: 'E_UNSAFE', definite: true });
      rmSync(`${file}.intents`, { recursive: true });
      await store.set('a', 1);
      const refreshed = store.refresh(
        'a',
        () => false,
        () => 2,
      );
      expect(await failureOf(refreshed)).toMatchObject({ code: 'E_UNSAFE' });
      const { uid, mode } = lstatSync(`${file}.refresh`);
      expect([uid, mode & 0o777]).toEqual([0, 0o755]);
    });

    it('a file with a second hard link is not used', async () => {
      const file = fileOfNobody();
      const secret = newFile();
      writeFileSync(secret, '{"a":"CANARY"}', { mode: 0o644 });
      linkSync(secret, file);
      for (const call of [() => openStore(file).all(), () => openStore(file).set('b', 1)]) {
        expect(await failureOf(call)).toMatchObject({ code: 'E_UNSAFE', definite: true });
      }
      expect([textOf(secret), lstatSync(secret).mode & 0o777]).toEqual(['{"a":"CANARY"}', 0o644]);
    });

    it('a copy of a file of root is not restored into the user’s file', async () => {
      const file = fileOfNobody();
      const own = path.join(path.dirname(file), 'own.json');
      writeFileSync(own, '{}', { mode: 0o600 });
      await openStore(own).set('secret', 'CANARY');
      expect([lstatSync(own).uid, lstatSync(`${own}.last`).uid]).toEqual([0, 0]);
      writeFileSync(file, '{', { mode: 0o600 });
      chownSync(file, nobody, nobody);
      renameSync(`${own}.last`, `${file}.last`);
      expect(await failureOf(openStore(file).all())).toMatchObject({ code: 'E_CORRUPT', definite: true });
      expect(textOf(file)).toBe('{');
    });

    it("a damaged copy of root is not listed for the user's file", async () => {
      const file = fileOfNobody();
      await openStore(file).set('a', 1);
      writeFileSync(`${file}.corrupt-x`, '{"secret":"CANARY"}', { mode: 0o600 });
      expect(listRecoverable(file).found.map(({ name }) => name)).toEqual(['last']);
      chownSync(`${file}.corrupt-x`, nobody, nobody);
      expect(listRecoverable(file).found.map(({ name }) => name)).toEqual(['corrupt-x', 'last']);
    });
  },
);

describe.skipIf(lacks('root', 'setpriv'))('a user', () => {
  it('a user takes no file from its owner, gets an error, and leaves nothing in the owner’s way', async () => {
    const file = fileOfNobody();
    writeFileSync(file, '{"a":1}', { mode: 0o644 });
    const writer = await newWriter({ wrapper: asNobody });
    expect(await writer.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
    const answer = await writer.call('set', file, 'b', 2);
    expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
    expect(answer.message).toMatch(/EPERM.*See who owns the file/);
    expect(ownersBelow(path.dirname(file))).toEqual({
      '.': nobody,
      'auth.json': 0,
      'auth.json.intents': nobody,
    });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
    await openStore(file).set('c', 3);
    expect(lstatSync(file).uid).toBe(0);
  });

  it('a user takes no file from its owner even if the intents exist already', async () => {
    const file = fileOfNobody();
    const writer = await newWriter({ wrapper: asNobody });
    await writer.call('set', file, 'a', 1);
    chownSync(file, 0, 0);
    chmodSync(file, 0o644);
    expect(await writer.call('set', file, 'b', 2)).toMatchObject({ code: 'E_IO', definite: true });
    expect(lstatSync(file).uid).toBe(0);
    expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
  });

  it('a user can read a file of their own whatever its mode is', async () => {
    const file = fileOfNobody();
    const writer = await newWriter({ wrapper: asNobody });
    await writer.call('set', file, 'a', 1);
    chmodSync(file, 0);
    expect(await writer.call('get', file, 'a')).toEqual({ ok: true, value: 1 });
    chmodSync(file, 0);
    expect(await writer.call('set', file, 'b', 2)).toEqual({ ok: true });
    expect(readFileSync(file, 'utf8')).toContain('"b"');
  });

  it("a user can read where they can't write, and a write fails at once", async () => {
    const file = fileOfNobody();
    const writer = await newWriter({ wrapper: asNobody });
    await writer.call('set', file, 'a', 1);
    const other = await newWriter({ wrapper: asNobody });
    rmSync(`${file}.intents`, { recursive: true, force: true });
    chmodSync(path.dirname(file), 0o555);
    expect(await other.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
    for (const { call } of [writer, other]) {
      const answer = await call('set', file, 'b', 2);
      expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
      expect(answer.message).toContain('whether you may write there');
    }
  });

  it.each(['000', '555'])(
    'a write fails where the intents belong to another user, with mode %s',
    async (mode) => {
      const file = fileOfNobody();
      mkdirSync(`${file}.intents`);
      chmodSync(`${file}.intents`, Number.parseInt(mode, 8));
      const writer = await newWriter({ wrapper: asNobody });
      expect(await writer.call('set', file, 'b', 2)).toMatchObject({
        ok: false,
        code: 'E_IO',
        definite: true,
      });
      expect(await writer.call('all', file)).toEqual({ ok: true, value: {} });
    },
  );
});

it('staging refuses a link at its name, and a kept copy replaces one', async () => {
  const [file, victim] = [newFile(), newFile()];
  writeFileSync(victim, 'CANARY', { mode: 0o644 });
  symlinkSync(victim, `${file}.staged`);
  expect(() => stage(`${file}.staged`, Buffer.from('x'))).toThrow('EEXIST');

  const store = openStore(file);
  await store.set('a', 1);
  symlinkSync(victim, `${file}.corrupt-021fb596db81e6d0`);
  writeFileSync(file, '{');
  expect(await store.all()).toEqual({ a: 1 });
  expect(textOf(`${file}.corrupt-021fb596db81e6d0`)).toBe('{');
  expect([textOf(victim), lstatSync(victim).mode & 0o777]).toEqual(['CANARY', 0o644]);
});

it('another hard link keeps the old state, and nothing is written through it', async () => {
  const file = newFile();
  await openStore(file).set('a', 1);
  linkSync(file, `${file}.other`);
  await openStore(file).set('b', 2);
  expect(JSON.parse(textOf(file))).toEqual({ a: 1, b: 2 });
  expect(JSON.parse(textOf(`${file}.other`))).toEqual({ a: 1 });
});
