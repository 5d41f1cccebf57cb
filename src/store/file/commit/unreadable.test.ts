import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { patient } from '../../../waiting.test.helper.js';
import { failureOf, newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { lacks, newWriter, trace } from '../../system.test.helper.js';

const committed = { alpha: { type: 'api', key: 'CANARY' }, beta: 2 };

async function committedFile(): Promise<string> {
  const file = newFile();
  await openStore(file).transaction(Object.entries(committed));
  return file;
}

/** What may stand in the place of a file. Each but the last would be waited for by a program that just opens it. */
const kinds: [kind: string, make: (place: string) => void][] = [
  ['a pipe', (place) => execFileSync('mkfifo', [place])],
  ['a socket', (place) => execFileSync('perl', ['-MSocket', '-e', bindSocket, place])],
  ['a directory', (place) => mkdirSync(place)],
];
const bindSocket = 'socket($s, PF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un($ARGV[0])) or die';

describe.each(kinds)('%s in the place of a file', (kind, make) => {
  it.each(['', '.last'])(
    'a foreign entry in the place of auth.json%s is an error at once, and is left alone',
    async (suffix) => {
      const file = await committedFile();
      rmSync(file + suffix);
      make(file + suffix);
      const before = lstatSync(file + suffix).ino;
      // In a process of its own: one that waits for a pipe hears no deadline and no signal.
      const writer = await newWriter({ options: patient });
      const calls: unknown[][] = [
        ['set', file, 'c', 3],
        ['add', file, 'd', 4],
      ];
      if (suffix === '') calls.push(['all', file], ['get', file, 'alpha']);
      for (const call of calls) {
        const answer = await writer.call(...call);
        expect(answer).toMatchObject({ ok: false, code: 'E_IO', definite: true });
        expect(answer.message).toMatch(new RegExp(`${suffix || 'json'}: it is ${kind}.*, not a file`));
      }
      expect(lstatSync(file + suffix).ino).toBe(before);
      expect(readdirSync(`${file}.intents`)).toEqual([]);
      // And it is as if nothing had been there once it is moved away.
      rmSync(file + suffix, { recursive: true });
      expect((await writer.call('set', file, 'c', 3)).ok).toBe(true);
    },
  );
});

it.skipIf(lacks('root'))('a device in the place of the file is an error at once', async () => {
  const file = newFile();
  execFileSync('mknod', [file, 'c', '1', '5']);
  const writer = await newWriter();
  const answer = await writer.call('all', file);
  expect(answer).toMatchObject({ ok: false, code: 'E_IO' });
  expect(answer.message).toContain('it is a device, not a file');
});

it.each(['', '.last'])(
  'a file auth.json%s that is too large is an error, and is not read',
  async (suffix) => {
    const file = await committedFile();
    truncateSync(file + suffix, 1e12);
    const error = await failureOf(openStore(file).set('c', 3));
    expect(error).toMatchObject({ code: 'E_IO', definite: true });
    expect(error.message).toContain('it has 1000000000000 bytes, and at most 67108864 are read');
  },
);

describe.skipIf(lacks('strace'))('a disk that can’t read the file any more', () => {
  it('a write on top of an unreadable file starts from the copy, and the damaged file is kept', async () => {
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
