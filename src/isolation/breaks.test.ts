import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, newDirectory } from '../cli/command.test.helper.js';
import { lacks } from '../store/system.test.helper.js';
import { eachInTiers } from '../tiers.test.helper.js';
import {
  helperProgram,
  interpreter,
  newScene,
  python,
  type Scene,
  setting,
  whyNot,
} from './isolation.test.helper.js';

/** The first are one of each kind: of descriptors, of names, of writes, of ends, of threads. The others are variations of these. */
const ways: [what: string, title: string][] = [
  ['fork', 'a child that writes what its parent has opened'],
  ['rename', 'a rename'],
  ['truncate', 'truncate by its path'],
  ['mapping', 'a shared mapping, after the close'],
  ['unclosed', 'its end, and never a close'],
  ['threads', 'eight threads at a time'],
  ['duplicate', 'a duplicate of its descriptor'],
  ['both', 'one descriptor for reading and writing'],
  ['append', 'appending'],
  ['copy', 'cp, from it and to it'],
  ['killed', 'children that are killed as they write'],
  ['refused', 'what can’t be read, at first, which is counted at its end'],
  ['orphan', 'a child that outlives its parent'],
  ['spawn', 'a redirection of a program that is spawned'],
  ['execute', 'a descriptor that exec closes'],
  ['reopened', 'a second descriptor of its private file'],
  ['over', 'writing over the old text, and cutting it'],
  ['uring', 'no io_uring, which the kernel refuses'],
  ['link', 'a symbolic link of another name'],
  ['relative', 'a path relative to a directory'],
  ['away', 'moving the old file away first'],
  ['descriptors', 'a thousand open files'],
  ['alarms', 'a signal each millisecond'],
  ['synced', 'fsync, and never a close'],
  ['same', 'comparing stat with fstat'],
  ['sees', 'reading what it has just written'],
  ['trial', 'a lock on the file itself, without waiting'],
];

/** What the last line says, where it is more. A parent that closes what its child is about to write is refused nothing. */
const lastLines: Record<string, RegExp> = {
  refused: /: 1 write; refused, as it could not be read: 3$/,
  fork: /: 1 write$/,
};

/** They end by a signal, as then the command does. */
const killed = ['alarms', 'synced'];

/** While the program waits, the store sets `other`: that another isolated program may do so, too, isolation.test.ts shows. */
async function race(scene: Scene, what: string) {
  const line = python(what, scene.file);
  const first = killed.includes(what) ? scene.start(line) : scene.run(line);
  await scene.isReady();
  await scene.store((store) => store.set('other', 1));
  scene.letGo();
  return first;
}

/** The process so many levels above the program that waits: its worker, the keeper of that, and the command. */
async function ancestor({ ready }: Scene, levels: number): Promise<number> {
  await expect.poll(() => readFileSync(ready, 'utf8')).not.toBe('');
  let pid = readFileSync(ready, 'utf8');
  for (let level = 0; level < levels; level++)
    pid = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  return Number(pid);
}

describe.skipIf(whyNot !== undefined)(`an isolated program${whyNot ? ` (${whyNot})` : ''}`, () => {
  eachInTiers(ways, 6)('loses nothing by %s: %s', async (what) => {
    const scene = newScene();
    const { stderr } = await race(scene, what);
    // By a commit of its own, and not by a repair of what it wrote past the helper.
    expect(stderr).toMatch(lastLines[what] ?? /: [1-9]\d* writes?/);
    // All of its own assertions hold. On a busy machine a line before the last may say that its end is waited for.
    expect(stderr.replace(/^holdfast: .*/gm, '').trim()).toBe('');
    expect(
      Object.keys(scene.read())
        .filter((key) => !/\d$/.test(key))
        .toSorted(),
    ).toEqual(['a', 'b', 'other', what].toSorted());
    if (what === 'threads') expect(Object.keys(scene.read())).toHaveLength(4 + 8);
  });

  it('counts right under a lock on the file itself, beside others', async () => {
    const scene = newScene();
    const all = [1, 2, 3].map(() => scene.run(python('count', scene.file)));
    await scene.isReady();
    scene.letGo();
    expect((await Promise.all(all)).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(scene.read()).toMatchObject({ n: 90 });
  });

  it('interrupts a wait for a lock as a signal would: it begins anew, or ends, as the handler says', async () => {
    const scene = newScene();
    const holder = scene.run(python('holder', scene.file));
    await scene.isReady();
    rmSync(scene.ready);
    const run = scene.run(python('interrupted', scene.file));
    await expect.poll(() => existsSync(scene.ready) && readFileSync(scene.ready, 'utf8')).toMatch(/^\d+$/);
    const pid = Number(readFileSync(scene.ready, 'utf8'));
    const flock = process.arch === 'x64' ? '73 ' : '32 ';
    const waits = () =>
      readFileSync(`/proc/${pid}/syscall`, 'utf8').startsWith(flock) &&
      /^ShdPnd:\t0+$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    await expect.poll(waits).toBe(true);
    process.kill(pid, 'SIGUSR1');
    await expect.poll(waits).toBe(true);
    process.kill(pid, 'SIGINT');
    const { exitCode, stdout } = await run;
    expect([exitCode, stdout]).toEqual([0, 'interrupted']);
    scene.letGo();
    expect((await holder).exitCode).toBe(0);
  });

  it.each([
    ['the worker', 1],
    ['its parent, who commits', 3],
  ])('goes on as if it were not isolated when its supervisor is killed: %s', async (_, levels) => {
    const scene = newScene();
    const run = scene.start(python('abandoned', scene.file));
    await scene.isReady();
    process.kill(await ancestor(scene, levels), 'SIGKILL');
    scene.letGo();
    const { exitCode, stderr } = await run;
    // What it was writing has failed, as it asserts. What it wrote then is in the file.
    await expect.poll(() => readFileSync(scene.file, 'utf8')).toMatch(/abandoned.*}$/);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'abandoned', 'b']);
    if (levels > 1) return;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('the helper was killed')]);
  });

  it('stays isolated when the one that waits for the worker’s end is killed', async () => {
    const scene = newScene();
    const first = scene.run(python('over', scene.file));
    await scene.isReady();
    process.kill(await ancestor(scene, 2), 'SIGKILL');
    await scene.store((store) => store.set('other', 1));
    scene.letGo();
    expect((await first).exitCode).toBe(0);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'other', 'over']);
  });

  it('within a run that isolates the same file, a run just runs the command, and says so', async () => {
    const scene = newScene();
    const line = [process.execPath, command, 'run', '--isolate', '--file', scene.file, '--'];
    const inner = [...line, ...python('both', scene.file)];
    const first = scene.run(inner);
    await scene.isReady();
    await scene.store((store) => store.set('other', 1));
    scene.letGo();
    expect((await first).stderr).toMatch(
      /is isolated by an outer run: the command just runs\nholdfast: isolated/,
    );
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'both', 'other']);
  });

  eachInTiers<[string, (file: string) => string]>([
    ['of the file alone', (file: string) => file],
    ['of a run that is none of its ancestors', (file: string) => `999999999:1:${file}`],
    ['of another process that had the number of an ancestor', (file: string) => `${process.pid}:1:${file}`],
  ])('is isolated whatever the environment says of an outer run: %s', async (_, valueFor) => {
    const scene = newScene();
    const env = { HOLDFAST_ISOLATED: valueFor(scene.file) };
    const { stderr } = await scene.run(setting('own', scene.file), ['--isolate'], env);
    expect(stderr).toMatch(/^holdfast: isolated .*: 1 write$/);
  });

  it('never ends as a helper ends that has not run the command', async () => {
    const cache = newDirectory();
    const place = path.join(cache, 'holdfast', path.basename(helperProgram('isolate')));
    mkdirSync(path.dirname(place), { mode: 0o700 });
    writeFileSync(place, '#!/bin/sh\ntest "$1" != --check || echo isolate ok\n', { mode: 0o755 });
    const scene = newScene();
    const { exitCode, stderr } = await scene.run(['true'], ['--isolate'], { XDG_CACHE_HOME: cache });
    expect([exitCode, stderr]).toEqual([70, expect.stringContaining('never said how the command did')]);
  });

  it('is given the last descriptors, as the program itself takes the first', async () => {
    const scene = newScene();
    const { stdout } = await scene.run([
      ...[interpreter, '-c', 'import os, sys; print(os.open(sys.argv[1], 0))'],
      scene.file,
    ]);
    expect(Number(stdout)).toBeGreaterThan(1000);
  });

  it('uses the store within a run', async () => {
    const scene = newScene({});
    const set = [process.execPath, command, 'auth', 'set', 'mine', '--file', scene.file];
    const { exitCode, stderr } = await scene.run(['sh', '-c', `echo made-up-secret | "$@"`, 'sh', ...set]);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('isolated')]);
    expect(Object.keys(scene.read())).toEqual(['mine']);
  });

  it.skipIf(lacks('setpriv'))(
    'that can’t be looked into is named at the end, as its calls pass by',
    async () => {
      const scene = newScene();
      for (const place of [scene.home, scene.directory, scene.file]) chownSync(place, 65534, 65534);
      chmodSync(scene.env.XDG_CACHE_HOME, 0o755);
      chmodSync(`${scene.env.XDG_CACHE_HOME}/holdfast`, 0o755);
      const nobody = (line: string[]) =>
        scene.plain(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', ...line]);
      const line = [process.execPath, command, 'run', '--isolate', '--file', scene.file, '--'];
      const first = nobody([...line, ...python('hidden', scene.file, 'python3')]);
      await scene.isReady();
      scene.letGo();
      expect((await first).stderr).toMatch(/not isolated, as it can't be looked into: python3/);
      const other = await nobody([...line, ...setting('other', scene.file, 'python3')]);
      expect([other.exitCode, other.stderr]).toEqual([0, expect.stringMatching(/: 1 write$/)]);
    },
  );
});
