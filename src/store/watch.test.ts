import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aWhile, eventually } from '../waiting.test.helper.js';
import { newDirectory, newFile } from './scratch.test.helper.js';
import { openStore } from './store.js';
import { library, runBuilt } from './system.test.helper.js';
import type { Changes, WatchOptions } from './watch.js';

/** A watch from before the change, and all that it has told so far. */
function newWatch(file: string, options?: WatchOptions) {
  const told: Changes[] = [];
  const end = openStore(file).watch((changes) => told.push(changes), options);
  onTestFinished(end);
  return {
    told,
    end,
    /** Waits until everything told so far comes to this, and nothing else. */
    async tells(...expected: Partial<Changes>[]) {
      const all = expected.map((changes) => ({ changed: [], removed: [], ...changes }));
      await eventually(() => expect(told).toEqual(all));
      told.length = 0;
    },
  };
}
const changed = (...keys: string[]) => ({ changed: keys });
const removed = (...keys: string[]) => ({ removed: keys });

describe('the keys that a watch reports', () => {
  it('a watch reports changes of its own process', async () => {
    const file = newFile();
    const store = openStore(file);
    await store.transaction([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    const watch = newWatch(file);
    await store.transaction([
      ['a', 2],
      ['b', undefined],
      ['d', 1],
    ]);
    await watch.tells({ changed: ['a', 'd'], removed: ['b'] });
  });

  it('a watch reports changes of another process', async () => {
    const file = newFile();
    const watch = newWatch(file);
    runBuilt(`
      const { openStore } = await import(${JSON.stringify(library)});
      await openStore(${JSON.stringify(file)}).set('a', 1);`);
    await watch.tells(changed('a'));
  });

  it('a watch reports changes of foreign programs: written in place, replaced, or unlinked and created again', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1,"b":1}');
    const watch = newWatch(file);
    writeFileSync(file, '{"a":2,"b":1}');
    await watch.tells(changed('a'));
    writeFileSync(`${file}.tmp`, '{"a":2,"b":2}');
    renameSync(`${file}.tmp`, file);
    await watch.tells(changed('b'));
    unlinkSync(file);
    writeFileSync(file, '{"a":3,"b":2}');
    await watch.tells(changed('a'));
    writeFileSync(file, '{"a":4,"b":2}');
    await watch.tells(changed('a'));
  });

  it('a watch reports a file that is removed and comes back', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1}');
    const watch = newWatch(file);
    unlinkSync(file);
    await watch.tells(removed('a'));
    writeFileSync(file, '{"a":1}');
    await watch.tells(changed('a'));
  });

  it('a watch reports changes where the directory is created later, removed and replaced', async () => {
    const directory = path.join(newDirectory(), 'sub', 'deep');
    const file = path.join(directory, 'auth.json');
    const watch = newWatch(file);
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, '{"a":1}');
    await watch.tells(changed('a'));
    rmSync(directory, { recursive: true });
    await watch.tells(removed('a'));
    mkdirSync(directory);
    writeFileSync(file, '{"b":1}');
    await watch.tells(changed('b'));
    writeFileSync(file, '{"b":2}');
    await watch.tells(changed('b'));
  });

  it('a watch reports changes where the link to the file is changed, and those of the new target', async () => {
    const [one, two, link] = [newFile(), newFile(), newFile()];
    writeFileSync(one, '{"a":1,"b":1}');
    writeFileSync(two, '{"a":2,"b":1}');
    symlinkSync(one, link);
    const watch = newWatch(link);
    symlinkSync(two, `${link}.tmp`);
    renameSync(`${link}.tmp`, link);
    await watch.tells(changed('a'));
    await openStore(two).set('b', 2);
    await watch.tells(changed('b'));
  });
});

describe('changes that a watch does not report', () => {
  it('a watch reports nothing where the file gets the same values again', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":{"b":1}}');
    const watch = newWatch(file);
    unlinkSync(file);
    // Time for a look at nothing; the second look comes after this, however slow all of it is: they share one event loop.
    await aWhile(30);
    writeFileSync(file, '{"a":{"b":1}}');
    await aWhile();
    writeFileSync(file, ' { "a" : { "b" : 1.0 } } ');
    await aWhile();
    expect(watch.told).toEqual([]);
  });

  it('a watch reports and writes nothing while the file is unusable, and the changes afterwards', async () => {
    const file = newFile();
    await openStore(file).transaction([
      ['a', 1],
      ['b', 1],
    ]);
    const watch = newWatch(file);
    truncateSync(file, 5);
    await aWhile();
    expect(watch.told).toEqual([]);
    rmSync(file);
    mkdirSync(file);
    await aWhile();
    expect(watch.told).toEqual([]);
    rmSync(file, { recursive: true });
    writeFileSync(file, '{"a":1,"b":2}');
    await watch.tells(changed('b'));
  });

  it('a watch does not report entries that existed before', async () => {
    const file = newFile();
    await openStore(file).set('a', 1);
    const watch = newWatch(file);
    await aWhile();
    expect(watch.told).toEqual([]);
  });

  it.each<[string, (watch: { end: () => void; controller: AbortController }) => void]>([
    ['its end', ({ end }) => end()],
    ['its signal', ({ controller }) => controller.abort()],
  ])('a watch reports nothing after %s', async (_, finish) => {
    const file = newFile();
    const controller = new AbortController();
    const watch = newWatch(file, { signal: controller.signal });
    finish({ end: watch.end, controller });
    writeFileSync(file, '{"a":1}');
    await aWhile();
    expect(watch.told).toEqual([]);
  });

  it('a closed store or an aborted signal ends a watch, and a closed store refuses a new one', async () => {
    const file = newFile();
    const store = openStore(file);
    const told: Changes[] = [];
    store.watch((changes) => told.push(changes), { signal: AbortSignal.abort() });
    store.watch((changes) => told.push(changes));
    await store.close();
    writeFileSync(file, '{"a":1}');
    await aWhile();
    expect(told).toEqual([]);
    expect(() => store.watch(() => {})).toThrow(expect.objectContaining({ code: 'E_CLOSED' }));
  });
});

it('changes in quick succession are reported together', async () => {
  const file = newFile();
  const watch = newWatch(file);
  for (let n = 0; n < 200; n++) writeFileSync(file, JSON.stringify({ a: n }));
  await eventually(() => expect(watch.told.length).toBeGreaterThan(0));
  await aWhile();
  expect(watch.told.length).toBeLessThan(20);
});

it('a listener that throws is called again, and stops no other listener', async () => {
  const file = newFile();
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown) => warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const store = openStore(file);
  let calls = 0;
  store.watch(() => {
    calls++;
    throw new Error('mine');
  });
  const other = newWatch(file);
  await store.set('a', 1);
  await other.tells(changed('a'));
  await store.set('b', 1);
  await other.tells(changed('b'));
  await eventually(() => expect(calls).toBe(2));
  await store.close();
  expect(warnings).toContainEqual(expect.objectContaining({ message: 'mine' }));
});

describe('the process of a watch', () => {
  const watching = (file: string, options: string) =>
    runBuilt(`
      const { openStore } = await import(${JSON.stringify(library)});
      const store = openStore(${JSON.stringify(file)});
      const end = store.watch((changes) => { console.log(JSON.stringify(changes)); end(); }, ${options});
      console.log('watching');`);

  it('a watch does not keep its process alive', async () => {
    expect(await watching(newFile(), '{}').ended).toEqual([0, null]);
  });

  it('a watch with keepAlive keeps its process alive until it ends', async () => {
    const file = newFile();
    const program = watching(file, '{ keepAlive: true }');
    expect(await program.line()).toBe('watching');
    await aWhile();
    writeFileSync(file, '{"a":1}');
    expect(JSON.parse(await program.line())).toEqual({ changed: ['a'], removed: [] });
    expect(await program.ended).toEqual([0, null]);
  });
});
