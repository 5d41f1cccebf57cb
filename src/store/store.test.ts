import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf, newDirectory, newFile, textOf } from './scratch.test.helper.js';
import { openStore, type Store } from './store.js';

type Model = Map<string, unknown>;
interface Real {
  file: string;
  store: Store;
}
/** A change of the store, and the same change of a plain map; both give the value that the call must resolve to. */
interface Write {
  name: string;
  apply(store: Store): Promise<unknown>;
  expected(model: Model): unknown;
}

const key = fc.oneof(fc.constantFrom('a', 'b', 'x/', '7', '', '__proto__', 'constructor'), fc.string());
const value = fc.jsonValue().map((any): unknown => JSON.parse(JSON.stringify(any)));
const counted = (old: unknown) => ({ before: old ?? null });

const set = fc.tuple(key, value).map(
  ([key, value]): Write => ({
    name: `set(${JSON.stringify(key)}, ${JSON.stringify(value)})`,
    apply: (store) => store.set(key, value),
    expected: (model) => void model.set(key, value),
  }),
);
const remove = key.map(
  (key): Write => ({
    name: `remove(${JSON.stringify(key)})`,
    apply: (store) => store.remove(key),
    expected: (model) => void model.delete(key),
  }),
);
const update = key.map(
  (key): Write => ({
    name: `update(${JSON.stringify(key)})`,
    apply: (store) => store.update(key, counted),
    expected: (model) => model.set(key, counted(model.get(key))).get(key),
  }),
);
const updateAway = key.map(
  (key): Write => ({
    name: `update(${JSON.stringify(key)}, () => undefined)`,
    apply: (store) => store.update(key, () => undefined),
    expected: (model) => void model.delete(key),
  }),
);
const rename = fc.tuple(key, key).map(
  ([from, to]): Write => ({
    name: `transaction(rename ${JSON.stringify(from)} to ${JSON.stringify(to)})`,
    apply: (store) =>
      store.transaction((entries) => {
        const value = entries.get(from);
        entries.remove(from);
        if (value !== undefined) entries.set(to, value);
      }),
    expected: (model) => {
      const value = model.get(from);
      model.delete(from);
      if (value !== undefined) model.set(to, value);
    },
  }),
);
const write = fc.oneof({ arbitrary: set, weight: 3 }, remove, update, updateAway, rename);

function command(name: string, run: (model: Model, real: Real) => Promise<void>) {
  return { check: () => true, run, toString: () => name };
}

const writeAlone = write.map(({ name, apply, expected }) =>
  command(name, async (model, { store }) => expect(await apply(store)).toEqual(expected(model))),
);
const writeTogether = fc.array(write, { minLength: 2, maxLength: 8 }).map((writes) =>
  command(`all of [${writes.map(({ name }) => name).join(', ')}]`, async (model, { store }) => {
    const results = await Promise.all(writes.map(({ apply }) => apply(store)));
    // In the order of the calls: a caller who does not await the first still means it to come first.
    expect(results).toEqual(writes.map(({ expected }) => expected(model)));
  }),
);
const get = key.map((key) =>
  command(`get(${JSON.stringify(key)})`, async (model, { store }) =>
    expect(await store.get(key)).toEqual(model.get(key)),
  ),
);
const all = fc.constant(
  command('all()', async (model, { store }) =>
    expect(Object.entries(await store.all())).toEqual(inOrder(model)),
  ),
);
const reopen = fc.constant(
  command('reopen', async (_, real) => {
    await real.store.close();
    real.store = openStore(real.file);
  }),
);

/** An object lists its integer-like keys first. */
function inOrder(model: Model): [string, unknown][] {
  return Object.entries(Object.fromEntries(model));
}

it('the store behaves like a map, also with concurrent calls and reopening', async () => {
  const commands = fc.commands([writeAlone, writeTogether, get, all, reopen], { maxCommands: 20 });
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const file = newFile();
      const model: Model = new Map();
      const real: Real = { file, store: openStore(file) };
      await fc.asyncModelRun(() => ({ model, real }), steps);
      if (model.size > 0) expect(Object.entries(JSON.parse(textOf(file)))).toEqual(inOrder(model));
    }),
    { numRuns: 40 },
  );
});

describe('concurrent calls', () => {
  it('64 concurrent sets are all stored', async () => {
    const file = newFile();
    const store = openStore(file);
    const keys = Array.from({ length: 64 }, (_, n) => `provider-${n}`);
    await Promise.all(keys.map((key) => store.set(key, key)));
    expect(JSON.parse(textOf(file))).toEqual(Object.fromEntries(keys.map((key) => [key, key])));
  });

  it('several stores of one file lose no update of each other', async () => {
    const file = newFile();
    const stores = Array.from({ length: 4 }, () => openStore(file));
    const add = (old: unknown) => Number(old ?? 0) + 1;
    await Promise.all(stores.flatMap((store) => Array.from({ length: 8 }, () => store.update('count', add))));
    expect(await openStore(file).get('count')).toBe(32);
  });

  it('an update that throws fails alone, with its own error', async () => {
    const store = openStore(newFile());
    const mine = new Error('mine');
    const results = await Promise.allSettled([
      store.set('before', 1),
      store.update('before', () => {
        throw mine;
      }),
      store.set('after', 2),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toHaveProperty('reason', mine);
    expect(await store.all()).toEqual({ before: 1, after: 2 });
  });
});

describe('a transaction', () => {
  it('a transaction that throws halfway changes nothing', async () => {
    const store = openStore(newFile());
    await store.set('kept', 1);
    const change = store.transaction((entries) => {
      entries.set('new', 2);
      entries.remove('kept');
      throw new Error('mine');
    });
    await expect(change).rejects.toThrow('mine');
    expect(await store.all()).toEqual({ kept: 1 });
  });

  it('a transaction sees its own writes, in file order', async () => {
    const store = openStore(newFile());
    await store.set('b', 1);
    const seen: unknown[] = [];
    await store.transaction((entries) => {
      entries.set('a', { deep: [] });
      entries.set('b', 2);
      seen.push(entries.keys(), entries.get('a'), entries.get('b'));
      entries.remove('b');
      seen.push(entries.keys(), entries.get('b'));
    });
    expect(seen).toEqual([['b', 'a'], { deep: [] }, 2, ['a'], undefined]);
  });

  it('a transaction keeps the bytes of entries that it does not set', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":{"n":1.0},  "b" : [1,2],"c":12345678901234567890}');
    await openStore(file).transaction((entries) => {
      entries.get('a');
      entries.set('b', true);
    });
    expect(textOf(file)).toBe('{\n  "a": {"n":1.0},\n  "b": true,\n  "c": 12345678901234567890\n}');
  });

  it.each<[string, (store: Store) => Promise<unknown>]>([
    ['that writes nothing', (store) => store.transaction((entries) => void entries.get('a'))],
    ['that removes what is absent', (store) => store.remove('absent')],
    ['that leaves an absent key absent', (store) => store.update('absent', () => undefined)],
  ])('a call %s leaves the file as it is', async (_, change) => {
    const file = newFile();
    writeFileSync(file, ' {"a":1} ');
    await change(openStore(file));
    expect(textOf(file)).toBe(' {"a":1} ');
    expect(readdirSync(path.dirname(file))).not.toContain('auth.json.last');
  });
});

describe('close', () => {
  it('close waits for what has begun', async () => {
    const file = newFile();
    const store = openStore(file);
    const done = Promise.all([store.set('a', 1), store.set('b', 2)]);
    await store.close();
    expect(JSON.parse(textOf(file))).toEqual({ a: 1, b: 2 });
    await done;
  });

  it('close makes every later call fail with E_CLOSED', async () => {
    const store = openStore(newFile());
    await store.close();
    await store.close();
    const calls = [
      () => store.get('a'),
      () => store.all(),
      () => store.set('a', 1),
      () => store.remove('a'),
      () => store.update('a', () => 1),
      () => store.transaction(() => {}),
    ];
    for (const call of calls) {
      expect(await failureOf(call)).toMatchObject({ code: 'E_CLOSED', definite: true });
    }
  });
});

describe('a refusal by the operating system', () => {
  it('the error has the file and the reason, and no intent is left behind', async () => {
    const file = newDirectory();
    const store = openStore(file);
    for (const call of [() => store.get('a'), () => store.set('a', 1)]) {
      expect(await failureOf(call)).toMatchObject({
        code: 'E_IO',
        definite: true,
        file,
        message: expect.stringContaining('it is a directory, not a file'),
      });
    }
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });
});

it('opening a store reads and writes nothing', () => {
  const directory = newDirectory();
  openStore(path.join(directory, 'sub', 'auth.json'));
  expect(readdirSync(directory)).toEqual([]);
});
