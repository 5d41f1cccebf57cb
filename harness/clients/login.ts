import { exitDone, runClient } from '../line/worker.js';
import { performOnStore } from './store-client.js';

/** `auth login`: opens the store, sets one credential and exits in the same breath, without closing anything. */
await runClient('file', async (worker) => {
  await worker.ready();
  const { store } = await worker.openTarget();
  for await (const step of worker.steps()) {
    await performOnStore(worker, store, step);
    exitDone();
  }
});
