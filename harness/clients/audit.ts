import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { TargetModule } from '../core/target.js';
import { readEntries } from '../stress/foreign-reader.js';
import { readLinks } from '../stress/sandbox.js';
import { runClient } from '../stress/worker.js';
import type { Step } from '../workload/generator.js';
import { oauthKeys } from '../workload/values.js';
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

  const { file, real, links, sandbox } = worker.config;
  const found = readEntries(file);
  const isBroken = typeof found === 'string';
  worker.send({
    type: 'final',
    time: worker.now(),
    broken: isBroken ? found : null,
    entries: isBroken ? {} : found,
    leftovers: [...leftovers(real, target), ...links.flatMap(strangersBeside)],
    ...(links.length > 0 ? { links: readLinks(links, sandbox) } : {}),
  });
});

/** All that a store needs belongs beside the file itself. Where only a link is, there is nothing else. */
function strangersBeside(link: string): string[] {
  return readdirSync(path.dirname(link)).filter((name) => name !== path.basename(link));
}

/** Everything beside the file but what the target calls its own; a directory of its own must be empty. */
function leftovers(file: string, { artifacts = [] }: TargetModule): string[] {
  return readdirSync(path.dirname(file), { withFileTypes: true }).flatMap((found) => {
    if (found.name === path.basename(file)) return [];
    const isOwn = artifacts.some((artifact) => artifact.test(found.name));
    if (!isOwn) return [found.name];
    return found.isDirectory() ? readdirSync(path.join(found.parentPath, found.name)) : [];
  });
}
