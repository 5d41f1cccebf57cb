import type { ValueId } from '../core/history.js';
import type { Worker } from '../stress/worker.js';
import type { Step } from '../workload/generator.js';
import { credential, identifyAll } from '../workload/values.js';
import { keyOf } from './store-client.js';

const timeoutMs = 15_000;
const disconnectAfterMs = 1;

/** Performs a step by asking a server for it, as a browser would: this process never touches the file. */
export function performOverHttp(worker: Worker, serverUrl: string, step: Step): Promise<void> {
  const { action, key } = step;
  return worker.record(action, key, async (id: ValueId) => {
    // Two windows, two project directories: the server keeps a cache for each, and neither may be stale.
    const directory = `/project-${worker.now() % 2}`;
    const limit = AbortSignal.timeout(step.disconnect ? disconnectAfterMs : timeoutMs);
    if (action === 'all' || action === 'get') {
      const found = identifyAll(
        await request(serverUrl, 'GET', `/auth?directory=${directory}`, undefined, limit),
      );
      return action === 'all' ? found : (found[keyOf(key)] ?? null);
    }
    if (action === 'refresh') throw new Error('a client without file access refreshes nothing');
    const place = `/auth/${encodeURIComponent(keyOf(key))}`;
    if (action === 'set') await request(serverUrl, 'PUT', place, credential(id), limit);
    else await request(serverUrl, 'DELETE', place, undefined, limit);
    return undefined;
  });
}

async function request(
  serverUrl: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, serverUrl), {
    method,
    signal,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw Object.assign(new Error(`${method} answered ${response.status}`), answer);
  return answer as Record<string, unknown>;
}
