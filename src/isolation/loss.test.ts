import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { command, newDirectory } from '../cli/command.test.helper.js';
import { eachInTiers, long } from '../tiers.test.helper.js';
import { cFiles, helperProgram, newScene, script, waits, whyNot } from './isolation.test.helper.js';

const shell = (script: string, file: string) => ['sh', '-c', script, 'sh', file];

/** Each takes the file away, and puts it back: as it was, or with the entry `own`. */
const returns: [title: string, lineOf: (file: string) => string[], keys: string][] = [
  ['mv away, and back', (file) => shell('mv "$1" "$1.bak"; mv "$1.bak" "$1"', file), 'a,b'],
  ['a copy, rm, and cp back', (file) => shell('cp "$1" "$1.bak"; rm "$1"; cp "$1.bak" "$1"', file), 'a,b'],
  [
    'a filter, rm, and mv',
    (file) => shell(`sed 's/}/,"own":1}/' "$1" > "$1.new"; rm "$1"; mv "$1.new" "$1"`, file),
    'a,b,own',
  ],
  [
    'Python: a read, an unlink, and a write',
    (file) => script("d = load(); os.unlink(F); d['own'] = 1; json.dump(d, open(F, 'w'))", file),
    'a,b,own',
  ],
  [
    'Python: a read, a rename away, and back',
    (file) => script("load(); os.rename(F, F + '.bak'); os.rename(F + '.bak', F)", file),
    'a,b',
  ],
  [
    'Node: a read, a removal, and a write',
    (file) => [
      process.execPath,
      '-e',
      `const fs = require('fs'); const [file] = process.argv.slice(1); const old = JSON.parse(fs.readFileSync(file));
       fs.rmSync(file); fs.writeFileSync(file, JSON.stringify({ ...old, own: 1 }));`,
      file,
    ],
    'a,b,own',
  ],
  [
    'an empty document in its place',
    (file) => shell(`printf '{}' > "$1.new"; rm "$1"; mv "$1.new" "$1"`, file),
    '',
  ],
];

describe.skipIf(whyNot !== undefined)(`an isolated program${whyNot ? ` (${whyNot})` : ''}`, () => {
  eachInTiers(returns, 3)(
    'that takes the file away and puts it back loses nothing: %s',
    async (_, lineOf, keys) => {
      const scene = newScene();
      const { exitCode } = await scene.run(lineOf(scene.file));
      expect([exitCode, Object.keys(scene.read()).toSorted().join()]).toEqual([0, keys]);
    },
  );

  it('that takes the file away keeps what another one has put there before it puts its own back', async () => {
    const scene = newScene();
    const first = scene.run(shell(`cp "$1" "$1.bak"; rm "$1"; ${waits}; cp "$1.bak" "$1"`, scene.file));
    await scene.isReady();
    await scene.store((store) => store.set('other', 1));
    scene.letGo();
    expect((await first).exitCode).toBe(0);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'other']);
  });

  it('writes all that it has where another program has removed the file', async () => {
    const scene = newScene();
    const first = scene.run(
      shell(`sed 's/}/,"own":1}/' "$1" > "$1.new"; ${waits}; mv "$1.new" "$1"`, scene.file),
    );
    await scene.isReady();
    await scene.run(['rm', scene.file]);
    scene.letGo();
    await first;
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'own']);
    await scene.store((store) => store.set('other', 1));
    expect(scene.read()).toHaveProperty('other');
  });
});

describe.skipIf(whyNot !== undefined)(`a private file${whyNot ? ` (${whyNot})` : ''}`, () => {
  it('of more than 16 MiB fails to be synced, closed and renamed, and changes nothing', async () => {
    const scene = newScene();
    const text = `import errno
big = json.dumps({'big': 'x' * (17 << 20)}).encode()
def fails(what, *with_):
    try: what(*with_)
    except OSError as error: return error.errno == errno.EFBIG
    return False
fd = os.open(F, os.O_WRONLY | os.O_TRUNC)
os.write(fd, big)
assert fails(os.fsync, fd) and fails(os.close, fd)
open(F + '.new', 'wb').write(big)
assert fails(os.rename, F + '.new', F) and os.path.exists(F + '.new')
low = os.dup2(os.open(F, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC), 20)
os.closerange(900, 1024)
os.write(low, big)`;
    const { exitCode, stderr } = await scene.run(script(text, scene.file));
    // The last one could not be told.
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/was not told: 1$/)]);
    expect(scene.read()).toEqual({ a: 1, b: 2 });
  });

  it('that another process shares is told itself that it can’t be read', async () => {
    const scene = newScene();
    const text = `import errno
fd = os.open(F, os.O_WRONLY | os.O_TRUNC)
os.write(fd, b'{"half":')
if os.fork() == 0: os._exit(0)
os.wait()
try: os.close(fd)
except OSError as error: print(error.errno == errno.EIO)`;
    const { stdout } = await scene.run(script(text, scene.file));
    expect([stdout, scene.read()]).toEqual(['True', { a: 1, b: 2 }]);
  });

  it(
    'whose last writer was still letting go of it when it was looked at is committed all the same',
    long,
    async () => {
      const scene = newScene();
      const cache = newDirectory();
      const helper = path.join(cache, 'holdfast', path.basename(helperProgram('isolate')));
      mkdirSync(path.dirname(helper), { mode: 0o700 });
      const hook = fileURLToPath(new URL('./fixtures/early-look.h', import.meta.url));
      execFileSync('cc', ['-O0', '-include', hook, '-o', helper, ...cFiles('isolate')], { stdio: 'pipe' });
      scene.env.XDG_CACHE_HOME = cache;
      const text = `import signal
if os.fork() == 0:
    os.write(os.open(F, os.O_WRONLY | os.O_TRUNC), b'{"a": 1, "b": 2, "own": 1}')
    os.kill(os.getpid(), signal.SIGKILL)
os.wait()
print('own' in load())`;
      const { stdout, stderr } = await scene.run(script(text, scene.file));
      expect([stdout, stderr]).toEqual(['True', expect.stringMatching(/: 1 write$/)]);
      expect(scene.read()).toEqual({ a: 1, b: 2, own: 1 });
    },
  );

  const zero = 'echo 0 > /proc/sys/user/max_inotify_watches; exec "$@"';
  const canLimit = spawnSync('unshare', ['-Ur', 'sh', '-c', zero, 'sh', 'true']).status === 0;

  it.skipIf(!canLimit)('is not given where its end could not be seen (unshare -Ur)', async () => {
    const scene = newScene();
    const line = [process.execPath, command, 'run', '--isolate', '--file', scene.file, '--'];
    const text = `import errno
try: os.open(F, os.O_RDONLY)
except OSError as error: print(error.errno == errno.ENOSPC)`;
    const { stdout } = await scene.plain([
      ...['unshare', '-Ur', 'sh', '-c', zero, 'sh', ...line],
      ...script(text, scene.file),
    ]);
    expect(stdout).toBe('True');
  });

  it('whose commit has failed is committed by the next try, and not before', async () => {
    const scene = newScene();
    // While its directory is away, nothing can be committed.
    const text = `fd = os.open(F, os.O_WRONLY | os.O_TRUNC)
os.write(fd, b'{"a": 1, "b": 2, "own": 1}')
D = os.path.dirname(F)
os.rename(D, D + '.away')
open(D, 'w').close()
for at in range(3):
    if at == 2:
        os.unlink(D)
        os.rename(D + '.away', D)
    try: os.fsync(fd); print('saved')
    except OSError: print('failed')
os.close(fd)`;
    const { stdout } = await scene.run(script(text, scene.file));
    expect(stdout.split('\n')).toEqual(['failed', 'failed', 'saved']);
    expect(scene.read()).toHaveProperty('own');
  });

  eachInTiers([1, 0])(
    'whose last end can’t be told ends the run with 1 where it could not be saved',
    async (code) => {
      const scene = newScene();
      const text = `D="$(dirname "$1")"; exec 5> "$1"; printf '{"own":1}' >&5; mv "$D" "$D.away"; : > "$D"; exec 5>&-; exit ${code}`;
      const { exitCode, stderr } = await scene.run(shell(text, scene.file));
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/was not told: 1$/)]);
    },
  );
});

describe.skipIf(whyNot !== undefined)(`what a program has read${whyNot ? ` (${whyNot})` : ''}`, () => {
  const child = `import subprocess
old = load()
def in_child(todo):
    if os.fork() == 0: todo(); os._exit(0)
    os.wait()
def add():
    d = {**load(), 'c': 1, 'e': 1}
    with open(F, 'w') as opened: json.dump(d, opened)
in_child(add)
`;
  const end = "\nold['own'] = 1\nwith open(F, 'w') as opened: json.dump(old, opened)";

  // Of the processes that have ended, 256 are remembered.
  it('is its base however many processes have read since', long, async () => {
    const scene = newScene();
    const many = `for _ in range(260): in_child(lambda: os.open(F, os.O_RDONLY))`;
    await scene.run(['sh', '-c', '"$@"; true', 'sh', ...script(child + many + end, scene.file)]);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'c', 'e', 'own']);
  });

  it('is its base however many processes are alive', long, async () => {
    const scene = newScene();
    const many = `ends, gates = os.pipe()
done, told = os.pipe()
for _ in range(260):
    if os.fork() == 0:
        os.close(gates)
        os.open(F, os.O_RDONLY); os.write(told, b'x'); os.read(ends, 1); os._exit(0)
for _ in range(260): os.read(done, 1)
os.close(gates)`;
    await scene.run(['sh', '-c', '"$@"; true', 'sh', ...script(child + many + end, scene.file)]);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'c', 'e', 'own']);
  });

  it('is its base however often it has read a newer text', async () => {
    const scene = newScene();
    await scene.run(script(`${child}for _ in range(30): load()${end}`, scene.file));
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'c', 'e', 'own']);
  });

  it('is its base however many newer texts it has read', async () => {
    const scene = newScene();
    const many = `def touch(): d = load(); d['n'] = d.get('n', 0) + 1; open(F, 'w').write(json.dumps(d))
for _ in range(12):
    in_child(touch)
    load()`;
    await scene.run(script(child + many + end, scene.file));
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'c', 'e', 'n', 'own']);
  });
});
