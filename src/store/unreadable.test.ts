import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoreEvent } from './backend.js';
import { failureOf, newFile, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';
import { lacks, newWriter, trace } from './system.test.helper.js';

const committed = { alpha: { type: 'api', key: 'CANARY' }, beta: 2 };

async function committedFile(): Promise<string> {
  const file = newFile();
  await openStore(file).transaction(Object.entries(committed));
  return file;
}

describe('a directory in the place of the file', () => {
  it('that is empty is removed, and the last committed state is back, with the event', async () => {
    const file = await committedFile();
    rmSync(file);
    mkdirSync(file);
    const events: StoreEvent[] = [];
    const store = openStore(file, { onEvent: (event) => events.push(event) });
    expect(await store.all()).toEqual(committed);
    expect(JSON.parse(textOf(file))).toEqual(committed);
    expect(events).toEqual([{ type: 'recovered', file, quarantine: undefined, reason: 'it is a directory' }]);
  });

  it('that has something in it is left alone: a clear error, each time', async () => {
    const file = await committedFile();
    rmSync(file);
    mkdirSync(file);
    writeFileSync(path.join(file, 'mine'), '');
    const before = readFileSync(`${file}.last`);
    const store = openStore(file);
    for (const call of [() => store.all(), () => store.set('c', 3), () => store.update('d', () => 4)]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'E_IO', definite: true });
      expect(error.message).toContain('A directory stands in its place');
    }
    expect(readdirSync(file)).toEqual(['mine']);
    expect(readFileSync(`${file}.last`).subarray(-20)).toEqual(before.subarray(-20));
    expect(readdirSync(`${file}.intents`)).toEqual([]);
    // And it is as if nothing had been there once it is moved away.
    rmSync(file, { recursive: true });
    mkdirSync(file);
    expect(await openStore(file).all()).toEqual(committed);
  });

  it('and no copy: nothing can be told, and nothing is written', async () => {
    const file = newFile();
    mkdirSync(file);
    expect(await failureOf(openStore(file).set('a', 1))).toMatchObject({ code: 'E_CORRUPT', definite: true });
    rmdirSync(file);
    await openStore(file).set('a', 1);
  });

  it('killed when it is gone and the file is not there yet, all comes back: nobody has logged out', async () => {
    const file = await committedFile();
    rmSync(file);
    mkdirSync(file);
    const setup = `
      const { syncBuiltinESMExports } = await import('node:module');
      const { renameSync } = fs;
      fs.renameSync = (from, to) => (to === ${JSON.stringify(file)} ? process.kill(process.pid, 'SIGKILL') : renameSync(from, to));
      syncBuiltinESMExports();`;
    const killed = await newWriter({ setup });
    await expect(killed.call('set', file, 'late', 3)).rejects.toThrow('without a word');
    expect(readdirSync(path.dirname(file))).not.toContain('auth.json');
    expect(await openStore(file).all()).toEqual({ ...committed, late: 3 });
    expect(JSON.parse(textOf(file))).toEqual({ ...committed, late: 3 });
    await expect.poll(() => readdirSync(`${file}.intents`)).toEqual([]);
  });
});

describe.skipIf(lacks('strace'))('a disk that can’t read the file any more', () => {
  it('yields to the copy, which others read; the damaged file is kept', async () => {
    const file = await committedFile();
    const writer = await newWriter();
    await writer.call('set', newFile(), 'warm', 1);
    const inode = readFileSync(file);
    let answer = {};
    const act = async () => {
      answer = await writer.call('set', file, 'c', 3);
    };
    // By its path: what is renamed there later is another.
    const calls = await trace(
      writer.pid,
      ['trace=read,pread64', 'inject=read,pread64:error=EIO:when=1+', file],
      act,
      false,
    );
    expect(calls.filter(({ result }) => result.includes('INJECTED')).length).toBeGreaterThan(1);
    expect(answer).toEqual({ ok: true });
    expect(JSON.parse(textOf(file))).toEqual({ ...committed, c: 3 });
    const kept = readdirSync(path.dirname(file)).filter((name) => name.includes('.corrupt-'));
    expect(kept.map((name) => readFileSync(path.join(path.dirname(file), name)))).toEqual([inode]);
  });
});
