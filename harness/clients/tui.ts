import { runClient } from '../line/worker.js';
import { performOnStore } from './store-client.js';

/** The terminal interface: long-lived, opens the store in its own process, reads often, writes now and then. */
await runClient('file', async (worker) => {
  const { store } = await worker.openTarget();
  await worker.ready();
  for await (const step of worker.steps()) await performOnStore(worker, store, step);
  await store.close?.();
});
