import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newDirectory } from '../../cli/command.test.helper.js';
import {
  callsIn,
  compiled,
  isInstalled,
  sanitizedGate,
  sanitizerFlags,
  underGate,
  whyNot,
} from './syscall-gate.test.helper.js';

function newPlace(content = 'x\n'): string {
  const directory = newDirectory();
  writeFileSync(path.join(directory, 'file'), content);
  return directory;
}

const hasPython = isInstalled('/usr/bin/python3', '--version');

describe.skipIf(whyNot !== undefined)(
  `the helper that stops programs${whyNot ? ` (${whyNot})` : ''}`,
  { timeout: 120_000 },
  () => {
    let gate = '';
    beforeAll(() => {
      gate = sanitizedGate();
    });

    it('the helper is tried with sanitizers, which end it at what it should not do to memory', (context) => {
      const flags = sanitizerFlags();
      if (flags.length === 0) context.skip('cc has no sanitizers here: the helper is tried without them');
      const bad = path.join(newDirectory(), 'bad');
      const text = 'int main(int count, char **_) { int all[1] = {0}; return all[count]; }';
      execFileSync('cc', [...flags, '-x', 'c', '-o', bad, '-'], { input: text, stdio: 'pipe' });
      const { status, stderr } = spawnSync(bad, { encoding: 'utf8' });
      expect([status, stderr]).toEqual([1, expect.stringContaining('out of bounds')]);
    });

    it('stops every call that another process could notice, sees how it ends, and stops no other', async () => {
      const directory = newPlace();
      const every = compiled('every-call.c');
      const { lines, errors, code } = await underGate(gate, { directory }, [
        'sh',
        '-c',
        `umask 027; exec ${every} ${directory}`,
      ]);
      expect([errors, lines.at(-2), lines.at(-1), code]).toEqual([
        '',
        { exit: 7, signal: 0 },
        { gone: 0 },
        0,
      ]);
      const L = 'file.lock';
      expect(callsIn(lines)).toEqual([
        ...[
          `open ${L} rwcx`,
          `write ${L}`,
          `write ${L}`,
          `write ${L}`,
          `ftruncate ${L}`,
          `fsync ${L}`,
          `fdatasync ${L}`,
        ],
        ...[`fchmod ${L}`, `read ${L}`, `read ${L}`, `read ${L}`, `read ${L}`],
        // By a duplicate, by the standard output, and by descriptor 9.
        ...[`write ${L}`, `write ${L}`, `write ${L}`],
        // Closing a file on which there was a lock is an unlock.
        ...[`lock ${L}`, `unlock ${L}`, `lock ${L}`, `unlock ${L}`],
        ...[`stat ${L}`, `lstat ${L}`, `access ${L}`, `readlink ${L}`, `chmod ${L}`, `utimes ${L}`],
        ...[`link ${L} second`, 'unlink second', 'symlink second', 'rename second third', 'unlink third'],
        ...['mkdir file.d', 'open owner wc', 'unlink owner', 'rmdir file.d', `truncate ${L}`],
        ...[`open ${path.basename(directory)} rd`, `readdir ${path.basename(directory)}`],
        ...[`open ${L} r`, 'open file wt', 'write file', 'write file', 'write file'],
      ]);
      expect(lines.filter((line) => 'note' in line)).toEqual([]);
      const texts = lines.flatMap((line) => ('text' in line ? [line.text] : []));
      expect(texts.slice(0, 7)).toEqual(['abcd', 'wxyz', 'efgh', 'wxyz', 'ab', 'cdwx', 'abcdwxyzef']);
    });

    it('knows each call by its number, old calls and new ones', async () => {
      const directory = newPlace();
      const { lines, errors } = await underGate(gate, { directory }, [compiled('raw-calls.c'), directory]);
      const names = lines.flatMap((line) => ('call' in line ? [line.name] : []));
      expect([names, lines.at(-2)]).toEqual([errors.trim().split('\n'), { exit: 0, signal: 0 }]);
      expect(lines.flatMap((line) => ('note' in line ? [line.note] : []))).toEqual([
        'is told of changes by inotify: file.1',
        `is told of changes by inotify: ${path.basename(directory)}`,
        'is used by another descriptor, of which calls are not seen: file.1',
      ]);
    });

    it('makes a call only when it is told to, and makes it fail when it is told to', async () => {
      const directory = newPlace();
      const seen: boolean[] = [];
      const { lines } = await underGate(
        gate,
        { directory },
        ['sh', '-c', 'mkdir file.lock || mkdir file.lock'],
        (waiting, all) => {
          seen.push(existsSync(path.join(directory, 'file.lock')));
          const isFirst = all.filter((line) => 'stop' in line).length === 1;
          return isFirst ? `fail ${waiting[0]} 28` : `go ${waiting[0]}`;
        },
      );
      expect(seen.slice(0, 2)).toEqual([false, false]);
      expect(lines).toContainEqual({ end: 1, value: 0, error: 28 });
      expect(existsSync(path.join(directory, 'file.lock'))).toBe(true);
    });

    it('kills all children of the program before the waiting call is made', async () => {
      const directory = newPlace();
      const script = '(sleep 1000 & mkdir file.lock; sleep 1000) & wait';
      const { lines, code } = await underGate(gate, { directory }, ['sh', '-c', script], () => 'kill');
      expect([lines.at(-1), code]).toEqual([{ gone: 0 }, 0]);
      expect(existsSync(path.join(directory, 'file.lock'))).toBe(false);
    });

    it('reports at once that a lock is taken, and makes the call when it is free', async () => {
      const directory = newPlace();
      mkdirSync(path.join(directory, 'file.d'));
      const second = 'exec 8< file; flock 8; rmdir file.d';
      const script = `exec 9< file; flock 9; (${second}) & test -e file.a; flock -u 9; wait`;
      const { lines } = await underGate(gate, { directory }, ['sh', '-c', script], (waiting, all) => {
        const last = all.findLast((line) => 'end' in line);
        const other = last?.waits ? waiting.find((one) => one !== last.end) : undefined;
        return `go ${other ?? waiting.at(-1)}`;
      });
      const waited = lines.findIndex((line) => 'end' in line && line.waits);
      const freed = lines.findLastIndex((line) => 'call' in line && line.name === 'unlock');
      const removed = lines.findIndex((line) => 'call' in line && line.name === 'rmdir');
      expect([waited >= 0, freed > waited, removed > freed]).toEqual([true, true, true]);
      expect(existsSync(path.join(directory, 'file.d'))).toBe(false);
    });

    it('reports that no call comes any more, and whether the program sleeps or computes', async () => {
      for (const [script, how] of [
        ['sleep 1000', 'sleeping'],
        ['while :; do :; done', 'running'],
      ]) {
        const directory = newPlace();
        const options = { directory, patienceMs: 300 };
        const { lines } = await underGate(gate, options, ['sh', '-c', script ?? '']);
        expect(lines).toEqual([{ silent: how }, { gone: 0 }]);
      }
    });

    it('does not stop calls in a home that have nothing to do with the file', async () => {
      const directory = newPlace();
      const script =
        'test -e .bashrc; test -d .cache; cat file > /dev/null; test -e .file.lock; mkdir .cache; echo > new';
      const { lines } = await underGate(gate, { directory, kind: 'home' }, ['sh', '-c', script]);
      const calls = callsIn(lines).map((call) => call.replace(/^(stat|access)/, 'look'));
      expect(calls.filter((call) => !/^read/.test(call))).toEqual([
        'open file r',
        'look .file.lock',
        'mkdir .cache',
        'open new wct',
        'write new',
      ]);
    });

    it('returns to the program what was read for it, whatever the bytes of a name or a file', async () => {
      const directory = newPlace('a"\\\u0000é\n');
      chmodSync(path.join(directory, 'file'), 0o600);
      const { lines } = await underGate(gate, { directory }, ['sh', '-c', 'head -c 99 file > "new é \\"x"']);
      expect(callsIn(lines)).toContain('open new é "x wct');
      expect(lines.flatMap((line) => ('text' in line ? [line.text] : []))).toContain('a"\\\u0000é\n');
      expect(readFileSync(path.join(directory, 'new é "x'), 'utf8')).toBe('a"\\\u0000é\n');
    });

    it.skipIf(process.getuid?.() !== 0)(
      'needs no rights, and notes a program that nobody may look into',
      async () => {
        const directory = newPlace();
        for (const place of [directory, path.dirname(gate)]) chmodSync(place, 0o777);
        const nobody = 65534;
        const seen = await underGate(gate, { directory, uid: nobody }, ['sh', '-c', 'cat file; echo > new']);
        expect(callsIn(seen.lines)).toContain('open new wct');
        // PR_SET_DUMPABLE, as ssh-agent does it.
        const script = 'import ctypes; ctypes.CDLL(None).prctl(4, 0); open("file").read()';
        const { lines } = await underGate(gate, { directory, uid: nobody }, [
          '/usr/bin/python3',
          '-c',
          script,
        ]);
        expect(lines).toContainEqual({ note: "can't be looked into, so its calls are not seen: a process" });
      },
    );

    it.skipIf(!hasPython)('reports the calls that it can not stop', async () => {
      const directory = newPlace();
      const script = `import mmap, os
f = os.open('file', os.O_RDWR)
mmap.mmap(f, 1)[0] = 65
os.dup2(f, 50)`;
      const { lines } = await underGate(gate, { directory }, ['/usr/bin/python3', '-c', script]);
      expect(lines.flatMap((line) => ('note' in line ? [line.note] : []))).toEqual([
        'maps into its memory, to write: file',
        'is used by another descriptor, of which calls are not seen: file',
      ]);
    });
  },
);
