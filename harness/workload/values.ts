import type { ValueId } from '../history/events.js';
import { hash } from './random.js';

/**
 * Made-up credentials in the agent's own format. Each carries the id of the operation that wrote it, so that
 * what is found in the file can be traced to its writer; none is or resembles a real secret.
 */
export function credential(id: ValueId): Record<string, unknown> {
  switch (Math.abs(hash(id)) % 3) {
    case 0:
      return {
        type: 'api',
        key: `made-up-key ${id}`,
        metadata: { instanceUrl: `https://example.test/${id}` },
      };
    case 1:
      return {
        type: 'oauth',
        refresh: `made-up-refresh ${id}`,
        access: `made-up-access ${id}`,
        expires: 1e12,
      };
    default:
      return { type: 'wellknown', key: 'MADE_UP_VARIABLE', token: `made-up-token ${id}` };
  }
}

/** The credentials that a run with an OAuth server has. */
export const oauthKeys = ['oauth-provider-1', 'oauth-provider-2'] as const;

/**
 * A credential that expires, and whose refresh token is good for one use.
 * @param expires in milliseconds of the run's own clock
 */
export function oauthCredential(id: ValueId, expires: number): Record<string, unknown> {
  const [refresh, access] = [`made-up-refresh ${id}`, `made-up-access ${id} ${expires}`];
  return { type: 'oauth', refresh, access, expires };
}

/** An entry of a kind that no store knows: whatever rewrites the file must carry it along. */
export function foreignEntry(id: ValueId): Record<string, unknown> {
  return {
    type: 'passkey',
    label: `made-up-passkey ${id}`,
    issued: 1234.5,
    nested: { list: [1, 'two', null] },
  };
}

/** The id in a value that was found; `!` and a reason if no client wrote exactly this. */
export function identify(value: unknown): ValueId {
  if (value instanceof Identified) return value.id;
  if (typeof value !== 'object' || value === null) return `!${value === null ? 'null' : typeof value}`;
  const entry = value as Record<string, unknown>;
  const carrier = entry.type === 'passkey' ? entry.label : (entry.token ?? entry.access ?? entry.key);
  const [, id, expires] = typeof carrier === 'string' ? carrier.split(' ') : [];
  if (id === undefined) return '!not one of ours';
  const known = () => (expires === undefined ? credential(id) : oauthCredential(id, Number(expires)));
  const expected = entry.type === 'passkey' ? foreignEntry(id) : known();
  return isEqual(entry, expected) ? id : `!parts of ${id}`;
}

/** The same for all entries. */
export function identifyAll(entries: Record<string, unknown>): Record<string, ValueId> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, identify(value)]));
}

/** Field order is not part of a value. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** What a program showed at a key, where values are texts: its id is known already. */
export class Identified {
  constructor(readonly id: ValueId) {}
}
