import { KeyvFile } from 'keyv-file';
import type { Store, TargetOptions } from '../../core/target.js';

interface Cache {
  cache: [key: string, { value: unknown }][];
  lastExpire: number;
}

/**
 * `keyv-file`: reads the file once, when it is opened, and writes the whole of it in place, 100 ms after the first
 * change. Its own options let it keep a plain JSON object, so that it can share the file with others.
 *
 * Option `writeDelay`: its own, in milliseconds.
 */
export function open(file: string, { writeDelay }: TargetOptions = {}): Store {
  const store = new KeyvFile({
    filename: file,
    serialize: ({ cache }: Cache) =>
      JSON.stringify(Object.fromEntries(cache.map(([key, { value }]) => [key, value])), null, 2),
    deserialize: (text): Cache => ({
      cache: Object.entries(JSON.parse(text.toString())).map(([key, value]) => [key, { value }]),
      lastExpire: 0,
    }),
    ...(writeDelay === undefined ? {} : { writeDelay: Number(writeDelay) }),
  });
  return {
    get: (key) => store.get(key),
    all: async () => {
      const entries: [string, unknown][] = [];
      for await (const [key, value] of store.iterator()) entries.push([String(key), value]);
      return Object.fromEntries(entries);
    },
    set: (key, value) => store.set(key, value),
    remove: async (key) => {
      await store.delete(key);
    },
  };
}
