import { AsyncLocalStorage } from 'node:async_hooks';
import { isTorn, outcomeOfError } from '../core/outcome.js';
import { untilAborted } from '../line/until-aborted.js';
import { runClient } from '../line/worker.js';
import { serveCredentials } from '../targets/credential-server.js';
import { DirectoryCache } from './directory-cache.js';

/** The dev server: opens the store in its own process and serves it over HTTP on loopback, to any number of clients. */
await runClient('file', async (worker) => {
  const { file, sandbox, port, evidence } = worker.config;
  const { store } = await worker.openTarget();
  // Its fingerprints are the file's: where that does not show each change, they would be those of something else.
  const cache = evidence.of === 'store' ? undefined : new DirectoryCache(file, () => store.all());
  // Each request is one of a project directory, and the server keeps a cache for each.
  const directories = new AsyncLocalStorage<string>();
  const server = await serveCredentials({
    port,
    sandbox,
    store: {
      all: () => cache?.get(directories.getStore() ?? '') ?? store.all(),
      get: (key) => store.get(key),
      set: async (key, value) => void (await store.set(key, value)),
      remove: async (key) => void (await store.remove(key)),
    },
    around: (request, answer) =>
      directories.run(new URL(request.url).searchParams.get('directory') ?? '', answer),
    // A read that failed has failed, whatever this says.
    describe: (error) => ({ definite: outcomeOfError('set', error) === 'fail', torn: isTorn(error) }),
  });
  const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  await worker.ready(server.url);
  await Promise.race([untilAborted(worker.stopping), told]);

  // A request that was accepted is answered.
  await server.close();
  await store.close?.();
});
