import { writeFileSync } from 'node:fs';
import type { StoreEvent } from '../../backend/backend.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';

/** Programs that know no intents and write the whole file: other versions, plugins, editors. */
export async function newStore() {
  const file = newFile();
  const events: StoreEvent[] = [];
  const store = openStore(file, { onEvent: (event) => events.push(event) });
  /** What a foreign program that reads now would hold. */
  const snapshot = () => JSON.parse(textOf(file)) as Record<string, unknown>;
  const write = (content: Record<string, unknown>) => writeFileSync(file, JSON.stringify(content));
  for (const key of ['a', 'b', 'c']) await store.set(key, { type: 'api', key });
  return { file, events, store, snapshot, write };
}

export const keysIn = async (store: { all(): Promise<object> }) => Object.keys(await store.all());
