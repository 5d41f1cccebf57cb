import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { lacks, newWriter, type SystemCall, trace, type Writer } from '../../system.test.helper.js';

/** What the kernel sees of a write, and what becomes of its errors. The thread pool has one thread, so that it counts in order. */
describe.skipIf(lacks('strace'))('the trace of the system calls', () => {
  let writer: Writer;

  beforeAll(async () => {
    writer = await newWriter({ env: { UV_THREADPOOL_SIZE: '1' } });
    // Loads what is loaded late.
    await writer.call('set', newFile(), 'warm', 1);
  });

  /** A file with one acknowledged write, of another process. */
  async function writtenFile(): Promise<string> {
    const file = newFile();
    await openStore(file).set('a', 1);
    return file;
  }

  describe('the durability of a write', () => {
    const layouts: [string, () => Promise<string>][] = [
      ['a file that is there', writtenFile],
      [
        'one write right after another, whose intent is still there',
        async () => {
          const file = newFile();
          for (const value of [0, 1]) await writer.call('set', file, 'a', value);
          return file;
        },
      ],
      ['the first write to a file', async () => newFile()],
      [
        'a foreign file',
        async () => {
          const file = newFile();
          writeFileSync(file, '{"a":1}');
          return file;
        },
      ],
    ];

    it.each(layouts)('a write is acknowledged only when all of it is on the disk: %s', async (_, make) => {
      const file = await make();
      const directory = path.dirname(file);
      const calls = await trace(writer.pid, ['trace=fsync,fdatasync,rename,mkdir,write'], async () => {
        await writer.call('set', file, 'b', 2);
        // By its answer the trace has got to the end of the first.
        await writer.call('get', file, 'b');
      });
      const synced = (pattern: RegExp) =>
        calls.filter(({ name, args }) => /sync/.test(name) && pattern.test(args));
      const renames = calls.filter(({ name }) => name === 'rename');
      const acknowledged = calls.find(({ name, args }) => name === 'write' && args.includes('\\"ok\\"'));
      const [copy, main] = renames;
      // The copy, then the file, each out of the intent; and both were on the disk before the first of them.
      expect(renames.map(({ args }) => targetOf(args))).toEqual(['auth.json.last', 'auth.json']);
      const staged = synced(/intents\/.*\/(new|copy)>/);
      expect(staged).toHaveLength(2);
      for (const call of staged) expect(call.ended).toBeLessThan(copy?.began ?? 0);
      // The directory, after the last rename, and returned before a word was said.
      const last = synced(new RegExp(`<${directory}>`)).at(-1);
      expect(last?.began).toBeGreaterThan(main?.ended ?? Number.POSITIVE_INFINITY);
      expect(acknowledged?.began).toBeGreaterThan(last?.ended ?? Number.POSITIVE_INFINITY);
      // A directory that was made is in its parent's name list for good before anything is in it.
      const made = calls.find(
        ({ name, args, result }) => name === 'mkdir' && args.includes('.intents"') && result === '0',
      );
      if (made) expect(synced(new RegExp(`<${directory}>`))[0]?.ended).toBeLessThan(staged[0]?.began ?? 0);
      for (const { result } of calls.filter(({ name }) => name !== 'mkdir' && name !== 'write'))
        expect(result).toBe('0');
    });
  });

  it('a failed fsync of the files is a failure, publishes nothing, and is not repeated', async () => {
    const file = await writtenFile();
    // The first of each thread: which of them flushes what depends on how quick the disk is.
    const { answer, calls, before } = await injected(file, 'fsync:error=EIO:when=1');
    expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
    expect(calls.filter(({ name }) => name === 'fsync')).toHaveLength(2);
    expect(calls.filter(({ name }) => name === 'rename')).toEqual([]);
    expect(statesOf(file)).toEqual(before);
    await expectClean(file);
  });

  it('a failed fsync of the directory is an unknown outcome, and is not repeated', async () => {
    const file = await writtenFile();
    const directory = path.dirname(file);
    const { answer, calls } = await injected(file, 'fsync:error=EIO', true, directory);
    expect(answer).toMatchObject({ ok: false, code: 'E_UNKNOWN', definite: false });
    expect(
      calls.filter(({ name, args }) => name === 'fsync' && args.includes(`<${directory}>`)),
    ).toHaveLength(1);
    await expectClean(file);
  });

  it('a first write fails where the fsync after creating the intents fails', async () => {
    const file = newFile();
    const { answer } = await injected(file, 'fsync:error=EIO:when=1', false);
    expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
    expect(await writer.call('all', file)).toMatchObject({ value: {} });
  });

  it.each(['EPERM', 'EBUSY', 'EACCES'])(
    'a rename that %s stops for a moment is tried again',
    async (errno) => {
      const file = await writtenFile();
      const { answer, calls } = await injected(file, `rename:error=${errno}:when=1..2`);
      expect(answer).toEqual({ ok: true });
      expect(calls.filter(({ name }) => name === 'rename')).toHaveLength(4);
      await expectClean(file);
    },
  );

  const refusals: [string, string, number][] = [
    ['of the copy, for good', 'rename:error=EPERM:when=1..5', 5],
    ['of the copy, to another device', 'rename:error=EXDEV:when=1', 1],
    // The copy is put back by one rename more.
    ['of the file, for good', 'rename:error=EPERM:when=2..6', 7],
    ['of the file, to another device', 'rename:error=EXDEV:when=2', 3],
    ['of the file, on a full disk', 'rename:error=ENOSPC:when=2', 3],
    ['of the file, over the quota', 'rename:error=EDQUOT:when=2', 3],
  ];
  it.each(refusals)('a rename that is refused changes nothing: %s', async (_, injection, renames) => {
    const file = await writtenFile();
    const { answer, calls, before } = await injected(file, injection);
    expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
    expect(calls.filter(({ name }) => name === 'rename')).toHaveLength(renames);
    expect(statesOf(file)).toEqual(before);
    await expectClean(file);
  });

  it('a first write whose file is refused leaves no copy behind', async () => {
    const file = newFile();
    const { answer } = await injected(file, 'rename:error=EXDEV:when=2');
    expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
    expect(readdirSync(path.dirname(file))).toEqual(['auth.json.intents']);
  });

  it('a copy that can’t be restored makes the outcome unknown', async () => {
    const file = await writtenFile();
    const { answer } = await injected(file, 'rename:error=EIO:when=2+');
    expect(answer).toMatchObject({ ok: false, code: 'E_UNKNOWN', definite: false });
    await expectClean(file);
  });

  const everywhere = [
    ['openat', 'EMFILE'],
    ['openat', 'ENOSPC'],
    ['openat', 'EACCES'],
    ['mkdir', 'ENOSPC'],
    ['rmdir', 'EIO'],
  ];
  it.each(everywhere)('any %s that fails with %s is reported correctly', async (call, errno) => {
    for (let when = 1; ; when++) {
      const file = await writtenFile();
      const { answer, calls, before } = await injected(file, `${call}:error=${errno}:when=${when}`, false);
      if (!calls.some(({ result }) => result.includes('INJECTED'))) {
        expect(when).toBeGreaterThan(1);
        return;
      }
      const after = statesOf(file);
      if (answer.ok) expect(JSON.parse(textOf(file))).toEqual({ a: 1, b: 2 });
      else if (answer.definite) expect({ answer, ...after }).toEqual({ answer, ...before });
      else expect(answer.code).toBe('E_UNKNOWN');
      await expectClean(file);
    }
  });

  async function injected(file: string, injection: string, threads = true, place?: string) {
    const before = statesOf(file);
    let answer: Awaited<ReturnType<Writer['call']>> = { ok: false };
    const names = 'trace=fsync,rename,openat,write,mkdir,rmdir';
    const calls: SystemCall[] = await trace(
      writer.pid,
      [names, `inject=${injection}`, ...(place ? [place] : [])],
      async () => {
        answer = await writer.call('set', file, 'b', 2);
      },
      threads,
    );
    return { answer, calls, before };
  }

  /** The next write succeeds, is on top of what was acknowledged, and leaves nothing but the file and its copy. */
  async function expectClean(file: string): Promise<void> {
    expect(await writer.call('set', file, 'next', 3)).toEqual({ ok: true });
    expect(JSON.parse(textOf(file))).toMatchObject({ a: 1, next: 3 });
    expect(readdirSync(path.dirname(file)).toSorted()).toEqual([
      'auth.json',
      'auth.json.intents',
      'auth.json.last',
    ]);
    expect(await writer.call('all', file)).toEqual({ ok: true, value: JSON.parse(textOf(file)) });
    // What rests between two commits goes by itself.
    await expect.poll(() => readdirSync(`${file}.intents`)).toEqual([]);
  }
});

/** The name, in the directory that is held. */
function targetOf(args: string): string {
  return /, "\/proc\/self\/fd\/\d+\/([^"]*)"$/.exec(args)?.[1] ?? args;
}

/** The bytes of the file and of its copy. */
function statesOf(file: string): Record<string, string | undefined> {
  const read = (place: string) => {
    try {
      return readFileSync(place, 'latin1');
    } catch {
      return undefined;
    }
  };
  return { file: read(file), last: read(`${file}.last`) };
}
