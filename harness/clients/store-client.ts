import type { Store } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import { versionsIn } from '../history/version-name.js';
import type { Worker } from '../line/worker.js';
import type { Step } from '../workload/generator.js';
import { credential, identify, identifyAll } from '../workload/values.js';
import { useCredential } from './oauth-client.js';

/** Performs a step on a store that this process has opened itself. */
export function performOnStore(worker: Worker, store: Store, { action, key }: Step): Promise<void> {
  return worker.record(action, key, async (id: ValueId) => {
    switch (action) {
      case 'all':
        return identifyAll(await store.all());
      case 'get': {
        const value = await store.get(keyOf(key));
        return value === undefined ? null : identify(value);
      }
      case 'set':
        return versionsIn(await store.set(keyOf(key), credential(id)));
      case 'remove':
        return versionsIn(await store.remove(keyOf(key)));
      case 'refresh':
        return identify(await useCredential(worker, store, keyOf(key), id));
    }
  });
}

export function keyOf(key: string | undefined): string {
  if (key === undefined) throw new Error('this step needs a key');
  return key;
}
