import type { Store } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import type { Worker } from '../line/worker.js';
import { oauthCredential } from '../workload/values.js';

const timeoutMs = 10_000;

/**
 * Uses a credential as every request of an agent does: it gets a new one first where it has expired.
 * @param id names the new one, if it comes to that
 * @returns the credential to use
 */
export function useCredential(worker: Worker, store: Store, key: string, id: ValueId): Promise<unknown> {
  const isFresh = (value: unknown) => expiresOf(value) > worker.now() / 1e6;
  const doRefresh = (old: unknown, signal: AbortSignal) => present(worker, key, old, id, signal);
  return store.refresh
    ? store.refresh(key, isFresh, doRefresh)
    : refreshAlone(store, key, isFresh, (old) => doRefresh(old, AbortSignal.timeout(timeoutMs)));
}

/** What the agent does: no other process is asked, and what another process has got meanwhile is not looked at. */
export async function refreshAlone(
  store: Store,
  key: string,
  isFresh: (value: unknown) => boolean,
  doRefresh: (old: unknown) => Promise<unknown>,
): Promise<unknown> {
  const old = await store.get(key);
  if (isFresh(old)) return old;
  const value = await doRefresh(old);
  await store.set(key, value);
  return value;
}

async function present(
  { config }: Worker,
  key: string,
  old: unknown,
  id: ValueId,
  signal: AbortSignal,
): Promise<unknown> {
  if (config.oauthUrl === undefined) throw new Error('this scenario has no OAuth server: add oauth to it');
  const token = (old as { refresh?: unknown } | undefined)?.refresh;
  if (typeof token !== 'string') throw new Error(`logged out: there is no credential at "${key}"`);
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  const response = await fetch(config.oauthUrl, {
    method: 'POST',
    body,
    signal,
    // For the record, not for the answer: who asks, and for what.
    headers: { 'x-operation': id, 'x-process': String(process.pid), 'x-key': key },
  });
  const answer = (await response.json()) as { error?: string; expires?: number };
  if (!response.ok) throw new Error(`the server answered ${response.status}: ${answer.error}`);
  return oauthCredential(id, Number(answer.expires));
}

function expiresOf(value: unknown): number {
  const expires = (value as { expires?: unknown } | undefined)?.expires;
  return typeof expires === 'number' ? expires : 0;
}
