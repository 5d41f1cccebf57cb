import { expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../index.js';
import type { Engine } from './backend/backend.js';

const rounds = 20;

/** What functions of two processes do to each other on an engine. @param newEngine returns one that opens a store of its own */
export function testReadSets(newEngine: () => Engine): void {
  function openTwo(): [Store, Store] {
    const engine = newEngine();
    const stores: [Store, Store] = [openStore(engine), openStore(engine)];
    onTestFinished(async () => {
      for (const store of stores) await store.close();
    });
    return stores;
  }

  /** Both stores at once, one call after another each. @returns how often the function was called */
  async function race(
    stores: readonly Store[],
    call: (store: Store, n: number, called: () => void) => unknown,
  ) {
    let calls = 0;
    const called = () => {
      calls++;
    };
    const loop = async (store: Store, n: number) => {
      for (let round = 0; round < rounds; round++) await call(store, n, called);
    };
    await Promise.all(stores.map(loop));
    return calls;
  }
  const increment = (called: () => void) => (old: unknown) => {
    called();
    return Number(old ?? 0) + 1;
  };

  it('updates of different entries never meet: no function is called twice', async () => {
    const stores = openTwo();
    const calls = await race(stores, (store, n, called) => store.update(`k${n}`, increment(called)));
    expect([calls, await stores[0].all()]).toEqual([2 * rounds, { k0: rounds, k1: rounds }]);
  });

  it('updates of one entry are all counted, and so are transactions that look at all keys', async () => {
    const stores = openTwo();
    await race(stores, async (store, n, called) => {
      await store.update('k', increment(called));
      await store.transaction((entries) => entries.set(`${entries.keys().length}`, n));
    });
    const { k, ...others } = await stores[1].all();
    expect([k, Object.keys(others)]).toEqual([
      2 * rounds,
      Array.from({ length: 2 * rounds }, (_, n) => `${n + 1}`),
    ]);
  });

  it('an entry that is written as it was is written, whatever another process has made of it', async () => {
    const stores = openTwo();
    await race(stores, (store, n, called) => {
      if (n === 1) return store.set('flag', 'down');
      return store.transaction((entries) => {
        called();
        entries.set('flag', 'up');
        entries.set('count', Number(entries.get('count') ?? 0) + 1);
        entries.set(`flag at ${entries.get('count')}`, entries.get('flag'));
      });
    });
    const { flag, count, ...seen } = await stores[0].all();
    expect([count, Object.values(seen)]).toEqual([rounds, Array.from({ length: rounds }, () => 'up')]);
    expect(['up', 'down']).toContain(flag);
  });
}
