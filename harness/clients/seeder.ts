import { seedValue } from '../line/seeds.js';
import { runClient } from '../line/worker.js';

/** Stores what is there before the run, where no other program can write the target's file. */
await runClient('file', async (worker) => {
  await worker.ready();
  const { store } = await worker.openTarget();
  for (const { key, value } of worker.config.seeds ?? []) await store.set(key, seedValue(value));
  await store.close?.();
  worker.send({ type: 'passed' });
});
