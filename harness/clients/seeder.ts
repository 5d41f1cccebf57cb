import { seedValue } from '../line/seeds.js';
import { runClient } from '../line/worker.js';
import { loadTarget } from '../targets/index.js';

/** Stores what is there before the run, where no other program can write the target's file. */
await runClient('file', async (worker) => {
  await worker.ready();
  const { file, seeds = [] } = worker.config;
  const entries = seeds.map(({ key, value }) => [key, seedValue(value)] as const);
  const { begin } = await loadTarget(worker.config.target);
  if (begin) await begin(file, Object.fromEntries(entries), worker.options);
  else {
    const { store } = await worker.openTarget();
    for (const [key, value] of entries) await store.set(key, value);
    await store.close?.();
  }
  worker.send({ type: 'passed' });
});
