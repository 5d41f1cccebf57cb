import { runClient } from '../stress/worker.js';
import type { Step } from '../workload/generator.js';
import { oauthKeys } from '../workload/values.js';
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
  for (const action of actions) await performOnStore(worker, store, { ...step, action });
  if (worker.config.oauthUrl !== undefined)
    for (const key of oauthKeys) await performOnStore(worker, store, { ...step, action: 'refresh', key });
  await store.close?.();

  worker.send(finalState(worker, target));
});
