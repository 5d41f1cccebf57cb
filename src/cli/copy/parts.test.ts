import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lacksEtcd, sharedCluster } from '../../etcd/cluster.test.helper.js';
import { openStore, type Store } from '../../index.js';
import type { Entries } from '../../store/document/entries.js';
import { newDirectory } from '../command.test.helper.js';
import { writeInParts } from './parts.js';
import type { Entry } from './sealed-file.js';
import '../../etcd/index.js';

const many = Array.from({ length: 130 }, (_, n): Entry => [`k${n}`, n]);

/** A store, and what it does when the first commit of a copy has been made. */
function newTarget(afterFirst: (store: Store) => Promise<void>): Store {
  const store = openStore(path.join(newDirectory(), 'to.json'));
  onTestFinished(() => store.close());
  let commits = 0;
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
      return async (change: (entries: Entries) => void) => {
        await target.transaction(change);
        if (++commits === 1) await afterFirst(target);
      };
    },
  });
}

describe('a copy in several commits', () => {
  it.each([
    ['is not overwritten', {}],
    ['stays where that was asked for, and is no part of the copy', { merge: true }],
    ['is replaced where that was asked for', { replace: true }],
  ])('an entry that another process writes between two of them %s', async (_, winner) => {
    const target = newTarget((store) => store.set('k125', 'theirs'));
    const written = writeInParts(target, many, winner, 'there').then(
      ({ kept }) => kept,
      (error: Error) => error.message,
    );
    const { merge, replace } = winner as { merge?: boolean; replace?: boolean };
    if (replace) expect(await written).toEqual([]);
    else if (merge) expect(await written).toEqual(['k125']);
    else expect(await written).toMatch(/another process has written "k125" to there meanwhile/);
    const all = await target.all();
    expect(all.k125).toBe(replace ? 125 : 'theirs');
    expect(Object.keys(all)).toHaveLength(merge || replace ? 130 : 121);
  });

  it('an entry that no store takes is refused before anything is written', async () => {
    const target = newTarget(async () => {});
    let deep: unknown = 1;
    for (let level = 0; level < 40; level++) deep = [deep];
    const failing = writeInParts(target, [...many, ['deep', deep]], {}, 'there');
    await expect(failing).rejects.toMatchObject({ code: 'E_INPUT' });
    expect(await target.all()).toEqual({});
  });

  it.skipIf(lacksEtcd())('entries that are more than an engine takes at once go in several', async () => {
    const cluster = await sharedCluster();
    const store = openStore(cluster.address());
    onTestFinished(() => store.close());
    const large = Array.from({ length: 6 }, (_, n): Entry => [`k${n}`, 'x'.repeat(200_000)]);
    const { parts } = await writeInParts(store, large, {}, 'there');
    expect(parts).toBeGreaterThan(1);
    expect(Object.keys(await store.all())).toHaveLength(6);
  });
});
