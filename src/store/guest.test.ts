import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertyInTiers } from '../tiers.test.helper.js';
import { newFile, runCommand, textOf } from './scratch.test.helper.js';
import { lacks, library, newWriter, type SystemCall, trace, type Writer } from './system.test.helper.js';

/** The library is a guest in another program's process: it touches nothing there, and shows none of what it keeps. */
it('the import adds no listener, patches nothing, opens nothing, and keeps no process alive', async () => {
  const program = `
    import fs from 'node:fs';
    import path from 'node:path';
    import timers from 'node:timers';
    import child from 'node:child_process';
    const seen = { globalThis, process, fs, promises: fs.promises, path, timers, child, Object, Array, JSON, Promise, Date, Error, Buffer };
    const listeners = (of) => of.eventNames().map((name) => [String(name), of.listeners(name).length]);
    const look = () => ({
      listeners: [listeners(process), listeners(process.stdin), listeners(process.stdout)],
      resources: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|Req/.test(name)).sort(),
      umask: process.umask(),
      cwd: process.cwd(),
    });
    const own = () => Object.values(seen).map((of) => Reflect.ownKeys(of).map((key) => [key, Object.getOwnPropertyDescriptor(of, key)]));
    // What Node itself makes at the first look is there before.
    own();
    const before = [look(), own()];
    await import(${JSON.stringify(library)});
    const after = [look(), own()];
    const changed = [];
    before[1].forEach((descriptors, at) => {
      if (descriptors.length !== after[1][at].length) changed.push(Object.keys(seen)[at]);
      descriptors.forEach(([key, { value, get, set }], n) => {
        const now = after[1][at][n]?.[1] ?? {};
        if (!Object.is(value, now.value) || get !== now.get || set !== now.set) changed.push(String(key));
      });
    });
    console.log(JSON.stringify({ before: before[0], after: after[0], changed }));`;
  const running = runCommand([process.execPath, '--input-type=module', '-e', program]);
  const { before, after, changed } = JSON.parse(await running.line());
  expect(after).toEqual(before);
  expect(changed).toEqual([]);
  expect(await running.ended).toEqual([0, null]);
});

describe.skipIf(lacks('strace'))('the trace of what is created under an open umask', () => {
  let writer: Writer;

  beforeAll(async () => {
    writer = await newWriter({ setup: 'process.umask(0);', options: { leaseMs: 100 } });
    await writer.call('set', newFile(), 'warm', 1);
  });

  /** The mode of everything that is created, and every mode that is set. */
  const modesIn = (calls: SystemCall[]) =>
    calls.flatMap(({ name, args }) => {
      if (name === 'openat' && !args.includes('O_CREAT')) return [];
      const mode = /, (0\d*)$/.exec(args)?.[1];
      return mode ? [`${name} ${mode}`] : [];
    });

  it('every file and directory is created private, by a first write, a restoration and a request', async () => {
    const file = path.join(path.dirname(newFile()), 'not', 'yet', 'auth.json');
    const other = await newWriter({ setup: 'process.umask(0);' });
    const calls = await trace(
      writer.pid,
      ['trace=openat,mkdir,mkdirat,chmod,fchmod,fchmodat,mknod,symlink'],
      async () => {
        await writer.call('set', file, 'a', 1);
        writeFileSync(file, '{');
        await writer.call('set', file, 'b', 2);
        // Together, so that there are tickets and requests.
        const both = (n: number) =>
          [writer, other].map((each) => each.call(n % 2 ? 'add' : 'set', file, 'sum', 1));
        for (let n = 0; n < 20; n++) await Promise.all(both(n));
      },
    );
    const modes = new Set(modesIn(calls));
    for (const mode of modes)
      expect(['openat 0600', 'mkdir 0700', 'fchmod 0600', 'chmod 0700', 'fchmod 0100600']).toContain(mode);
    expect(modes).toContain('openat 0600');
    expect(modes).toContain('mkdir 0700');
    expect(calls.some(({ args }) => /fd\/\d+\/[rt]\d+-/.test(args))).toBe(true);
  });
});

/** Looks at everything in a directory again and again, and at each name that the kernel tells of. */
const watcher = (directory: string) => `
  import fs from 'node:fs';
  const root = ${JSON.stringify(directory)};
  const bad = new Set();
  let looks = 0;
  const look = (place) => {
    const stats = fs.lstatSync(place, { throwIfNoEntry: false });
    if (!stats) return;
    looks += 1;
    const mode = (stats.mode & 0o777).toString(8);
    const whose = place.slice(root.length).replace(/[0-9a-f]{8,}/g, '*');
    if (mode !== (stats.isDirectory() ? '700' : '600')) bad.add(mode + ' ' + whose);
    if (!stats.isDirectory()) return;
    try {
      for (const name of fs.readdirSync(place)) look(place + '/' + name);
    } catch {}
  };
  const told = (directory) => {
    try {
      fs.watch(directory, (_, name) => name && look(directory + '/' + name)).on('error', () => {});
    } catch {}
  };
  told(root);
  fs.mkdirSync(root + '/auth.json.intents', { mode: 0o700 });
  told(root + '/auth.json.intents');
  let isOver = false;
  process.stdin.once('data', () => { isOver = true; });
  // Of a test run that was killed it would look for ever.
  process.stdin.once('end', () => process.exit());
  console.log('watches');
  const turn = () => {
    look(root);
    if (!isOver) return setImmediate(turn);
    console.log(JSON.stringify({ looks, bad: [...bad] }));
    process.exit();
  };
  turn();`;

const title = 'every file stays private while processes write and are killed, and the file is damaged';
propertyInTiers(title, { few: 10, many: 17 }, async (rounds) => {
  const file = newFile();
  const start = () => newWriter({ setup: 'process.umask(0);' });
  const writers = await Promise.all([start(), start(), start(), start()]);
  // The watcher takes a whole core: all have started before it looks.
  const next = await Promise.all(Array.from({ length: Math.floor(rounds / 8) }, start));
  const running = runCommand([process.execPath, '--input-type=module', '-e', watcher(path.dirname(file))]);
  expect(await running.line()).toBe('watches');
  for (let round = 0; round < rounds; round++) {
    const calls = writers.map((writer, n) =>
      writer.call(n % 2 ? 'add' : 'set', file, `k${n}`, round).catch(() => {}),
    );
    if (round % 8 === 3) writeFileSync(file, `{"cut ${round}`);
    if (round % 8 === 7) {
      writers.shift()?.kill();
      writers.push(...next.splice(0, 1));
    }
    await Promise.all(calls);
  }
  running.tell('enough');
  const { looks, bad } = JSON.parse(await running.line());
  expect(looks).toBeGreaterThan(100);
  expect(bad).toEqual([]);
  expect(JSON.parse(textOf(file))).toHaveProperty('k0');
});
