import { isDeepStrictEqual } from 'node:util';
import { runClient } from '../stress/worker.js';
import { credential } from '../workload/values.js';

/** Tries a target alone, once, before a run is built on it: a module that can't do even this can't be put to any test. */
await runClient('file', async (worker) => {
  await worker.ready();
  const { store } = await worker.openTarget();
  const value = credential('probe-1.0.0');
  await store.set('probe-provider', value);
  const found = await store.get('probe-provider');
  if (!isDeepStrictEqual(found, value)) throw new Error('get() does not return what set() has stored');
  if (!Object.hasOwn(await store.all(), 'probe-provider'))
    throw new Error('all() lacks what set() has stored');
  await store.remove('probe-provider');
  if ((await store.get('probe-provider')) !== undefined)
    throw new Error('get() returns what remove() has removed');
  await store.close?.();
  worker.send({ type: 'passed' });
});
