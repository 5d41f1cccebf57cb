import type { ValueId } from '../history/events.js';
import type { Worker } from '../line/worker.js';
import type { Step } from '../workload/generator.js';
import { credential, identifyAll } from '../workload/values.js';
import { keyOf } from './store-client.js';

const timeoutMs = 15_000;
const disconnectAfterMs = 1;

/** The server does not let in a client whose token is good. */
class Refused extends Error {
  override readonly name = 'Refused';
  /** It happened before any handler was asked. */
  readonly definite = true;
}

/**
 * Performs a step by asking a server for it, as a browser would: this process never touches the file.
 * @throws Refused after it was recorded: then the server is broken, and not the store
 */
export async function performOverHttp(worker: Worker, serverUrl: string, step: Step): Promise<void> {
  const { action, key } = step;
  let refused: Refused | undefined;
  await worker.record(action, key, async (id: ValueId) => {
    // Two windows, two project directories: the server keeps a cache for each, and neither may be stale.
    const directory = `/project-${worker.now() % 2}`;
    const limit = AbortSignal.timeout(step.disconnect ? disconnectAfterMs : timeoutMs);
    const request = (method: string, path: string, body?: unknown) =>
      ask(new URL(path, serverUrl), { method, token: worker.config.token, body, limit }).catch(
        (error: unknown) => {
          if (error instanceof Refused) refused = error;
          throw error;
        },
      );
    if (action === 'all' || action === 'get') {
      const found = identifyAll(await request('GET', `/auth?reveal=true&directory=${directory}`));
      return action === 'all' ? found : (found[keyOf(key)] ?? null);
    }
    if (action === 'refresh') throw new Error('a client without file access refreshes nothing');
    const place = `/auth/${encodeURIComponent(keyOf(key))}`;
    if (action === 'set') await request('PUT', place, credential(id));
    else await request('DELETE', place);
    return undefined;
  });
  if (refused) throw refused;
}

interface Question {
  method: string;
  token: string | undefined;
  body: unknown;
  limit: AbortSignal;
}

async function ask(url: URL, { method, token, body, limit }: Question) {
  const response = await fetch(url, {
    method,
    signal: limit,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (response.ok) return answer;
  const message = `${method} answered ${response.status} ${answer.error}`;
  if (refusals.has(String(answer.error))) throw new Refused(message);
  throw Object.assign(new Error(message), { definite: answer.definite, torn: answer.torn });
}

/** What the guard says, and no store. */
const refusals = new Set([
  ...['unauthorized', 'invalid_request', 'invalid_token', 'insufficient_scope', 'temporarily_unavailable'],
  ...['host_not_allowed', 'origin_not_allowed', 'method_not_allowed'],
]);
