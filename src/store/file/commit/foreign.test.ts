import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { keysIn, newStore } from './foreign.test.helper.js';

describe('a change by a foreign program', () => {
  it('a foreign change is adopted and reported with its keys', async () => {
    const { file, events, store, snapshot, write } = await newStore();
    write({ ...snapshot(), b: 'changed', x: 1 });
    expect(await store.all()).toEqual({ ...snapshot(), b: 'changed', x: 1 });
    expect(events).toEqual([{ type: 'adopted', file, keys: ['b', 'x'] }]);
  });

  it('a foreign change survives later damage to the file', async () => {
    const { store, file, snapshot, write } = await newStore();
    write({ ...snapshot(), x: 1 });
    await store.get('x');
    writeFileSync(file, '');
    expect(await keysIn(store)).toEqual(['a', 'b', 'c', 'x']);
  });

  it('a foreign file keeps its bytes and order until the next write', async () => {
    const { file, store } = await newStore();
    const foreign = '\ufeff{ "c" : {"type":"api","key":"c"},\n\t"a":1.0, "b": {"type":"api","key":"b"} }\n';
    writeFileSync(file, foreign);
    expect(await keysIn(store)).toEqual(['c', 'a', 'b']);
    expect(textOf(file)).toBe(foreign);
    await store.set('d', 1);
    expect(textOf(file)).toBe(
      '{\n  "c": {"type":"api","key":"c"},\n  "a": 1.0,\n  "b": {"type":"api","key":"b"},\n  "d": 1\n}',
    );
  });

  it('a foreign write that changes only white space is no change', async () => {
    const { events, store, snapshot, write } = await newStore();
    write(snapshot());
    await store.set('d', 1);
    expect(events).toEqual([]);
  });

  it('a foreign change right before a commit is kept', async () => {
    const { store, snapshot, write } = await newStore();
    let runs = 0;
    await store.transaction((entries) => {
      if (runs++ === 0) write({ ...snapshot(), x: 1 });
      entries.set('d', 1);
    });
    expect(runs).toBe(2);
    expect(await keysIn(store)).toEqual(['a', 'b', 'c', 'x', 'd']);
  });
});

describe('entries that a foreign program erased by writing from an old state', () => {
  it.each([1, 5, 30])(
    'erased entries are restored, however many commits old the foreign state is: %i',
    async (commits) => {
      const { file, events, store, snapshot, write } = await newStore();
      const stale = snapshot();
      for (let n = 0; n < commits; n++) await store.set(`k${n}`, n);
      await store.set('a', 'newer');
      write({ ...stale, x: 1 });
      const all = await store.all();
      expect(Object.keys(all).toSorted()).toEqual(
        ['a', 'b', 'c', 'x', ...Array.from({ length: commits }, (_, n) => `k${n}`)].toSorted(),
      );
      expect(all.a).toBe('newer');
      expect(JSON.parse(textOf(file))).toEqual(all);
      const putBack = expect.arrayContaining(['a', 'k0']);
      expect(events).toEqual([{ type: 'merged', file, keys: ['x'], putBack }]);
    },
  );

  it('an entry that we have removed since is not restored', async () => {
    const { store, snapshot, write } = await newStore();
    const stale = snapshot();
    await store.remove('b');
    await store.set('d', 1);
    write({ ...stale, x: 1 });
    expect((await keysIn(store)).toSorted()).toEqual(['a', 'c', 'd', 'x']);
  });

  it('the foreign value wins where the foreign program changed the same entry', async () => {
    const { store, snapshot, write } = await newStore();
    const stale = snapshot();
    await store.set('a', 'ours');
    await store.set('d', 1);
    write({ ...stale, a: 'theirs' });
    expect(await store.all()).toMatchObject({ a: 'theirs', d: 1 });
  });

  it('erased entries are restored where a program took the file for empty', async () => {
    const file = newFile();
    const store = openStore(file);
    await store.set('a', 1);
    await store.set('b', 2);
    writeFileSync(file, '{"x":1}');
    expect(await store.all()).toEqual({ x: 1, a: 1, b: 2 });
  });

  it('the next write also restores erased entries, in the same commit', async () => {
    const { store, file, snapshot, write } = await newStore();
    const stale = snapshot();
    await store.set('d', 1);
    write({ ...stale, x: 1 });
    await store.set('e', 1);
    expect(Object.keys(JSON.parse(textOf(file)) as object).toSorted()).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'x',
    ]);
  });
});

describe('an entry that a foreign program removed', () => {
  it.each([['a'], ['b'], ['c']])('the entry %s stays removed', async (key) => {
    const { store, snapshot, write } = await newStore();
    const { [key]: _, ...rest } = snapshot();
    write(rest);
    expect(await keysIn(store)).toEqual(['a', 'b', 'c'].filter((other) => other !== key));
    await store.set('d', 1);
    expect(await store.get(key)).toBeUndefined();
  });

  it('an entry stays removed when it was removed from an older state', async () => {
    const { store, snapshot, write } = await newStore();
    const { a: _, ...stale } = snapshot();
    await store.set('d', 1);
    write(stale);
    expect(await keysIn(store)).toEqual(['b', 'c', 'd']);
  });

  it('every entry stays removed when the file was removed', async () => {
    const { file, store } = await newStore();
    rmSync(file);
    expect(await store.all()).toEqual({});
    // Seen once, it holds: damage does not bring the credentials back.
    writeFileSync(file, '{"half');
    expect(await store.all()).toEqual({});
    expect(readFileSync(`${file}.last`, 'utf8')).not.toContain('"type": "api"');
  });

  it('an entry stays removed where the foreign program wrote ten minutes later, whatever else it changed', async () => {
    const { file, store, snapshot, write } = await newStore();
    const { c: _, ...rest } = snapshot();
    write({ ...rest, a: 'edited', x: 1 });
    const later = Date.now() / 1000 + 600;
    utimesSync(file, later, later);
    expect(await keysIn(store)).toEqual(['a', 'b', 'x']);
  });
});
