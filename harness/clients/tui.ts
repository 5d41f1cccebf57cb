import { runClient } from '../line/worker.js';
import type { Step } from '../workload/generator.js';
import { performOnStore } from './store-client.js';

/** The terminal interface: long-lived, opens the store in its own process, reads often, writes now and then, or much at once. */
await runClient('file', async (worker) => {
  const { store } = await worker.openTarget();
  await worker.ready();
  const { atOnce } = worker.config.workload;
  const burst: Step[] = [];
  for await (const step of worker.steps()) {
    if (burst.push(step) < atOnce) continue;
    await Promise.all(burst.splice(0).map((one) => performOnStore(worker, store, one)));
  }
  await Promise.all(burst.map((one) => performOnStore(worker, store, one)));
  await store.close?.();
});
