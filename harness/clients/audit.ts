import type { Store } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import { readEntries } from '../line/foreign-reader.js';
import { describe, runClient } from '../line/worker.js';
import type { Step } from '../workload/generator.js';
import { identifyAll, oauthKeys } from '../workload/values.js';
import { finalState } from './final-state.js';
import { performOnStore } from './store-client.js';

/**
 * A fresh process when all others have ended: it must find the store usable, its writes sweep what the killed
 * left behind, and what is still there then is the run's end.
 */
await runClient('file', async (worker) => {
  const { target, store } = await worker.openTarget();
  await worker.ready();
  const step = { key: 'audit-provider', twice: false, disconnect: false, quit: false, thinkMs: 0 };
  const actions: Step['action'][] = ['all', 'set', 'get', 'remove', 'all'];
  const { program } = worker.config.target;
  const can = (action: Step['action']) =>
    (action !== 'set' && action !== 'remove') || !program || program[action];
  for (const action of actions.filter(can)) await performOnStore(worker, store, { ...step, action });
  if (worker.config.oauthUrl !== undefined)
    for (const key of oauthKeys) await performOnStore(worker, store, { ...step, action: 'refresh', key });
  const { file, subject, evidence } = worker.config;
  const told = evidence.of === 'store' ? await entriesThrough(store) : undefined;
  await store.close?.();

  const read = evidence.of === 'read' ? target.read : undefined;
  worker.send(finalState(worker, target, told ?? readEntries(file, subject, read)));
});

/** Where the file is no evidence, the store itself says what is there. */
async function entriesThrough(store: Store): Promise<Record<string, ValueId> | string> {
  try {
    return identifyAll(await store.all());
  } catch (error) {
    return `all() failed: ${describe(error)}`;
  }
}
