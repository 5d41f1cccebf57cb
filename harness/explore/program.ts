import type { ValueId } from '../core/history.js';
import { UsageError } from '../core/usage-error.js';
import { credential, oauthCredential, oauthKeys } from '../workload/values.js';
import type { Operation } from './protocol.js';

/** What the clients do, and what they find: one list of operations for each client. */
export interface Program {
  clients: readonly (readonly Operation[])[];
}

export const file = 'data/opencode/auth.json';
export const seedKey = 'anthropic';

/** What is there before anything happens: an entry that no client touches, and each credential that is to be refreshed. */
export function seedsOf(program: Program): { key: string; id: ValueId; value: unknown }[] {
  const refreshed = refreshedKeys(program).map((key, index) => {
    const id = `seed.oauth.${index}`;
    return { key, id, value: oauthCredential(id, 0) };
  });
  return [{ key: seedKey, id: 'seed.0', value: credential('seed.0') }, ...refreshed];
}

/** The sandbox before anything happens. */
export function filesAtFirst(program: Program): Record<string, string> {
  const entries = seedsOf(program).map(({ key, value }) => [key, value]);
  return { [file]: JSON.stringify(Object.fromEntries(entries), null, 2) };
}

/**
 * What a fresh process does when all others have ended. A credential whose token was spent by a killed process is of no use, so
 * the user logs in anew, and from then on it must be possible to refresh it.
 */
export function auditOf(program: Program): Operation[] {
  const logins = refreshedKeys(program).flatMap((key): Operation[] => [
    { action: 'set', key },
    { action: 'refresh', key },
  ]);
  return [{ action: 'all' }, { action: 'set', key: 'audit' }, ...logins, { action: 'all' }];
}

function refreshedKeys({ clients }: Program): string[] {
  const keys = clients.flat().flatMap(({ action, key }) => (action === 'refresh' && key ? [key] : []));
  return [...new Set(keys)].sort();
}

const actions = ['get', 'all', 'set', 'remove', 'refresh', 'look'] as const;

/**
 * `set k1, get k1 | set k2`: two clients. A client without a key of its own to name may leave it out: `set | set`. All that
 * refresh without a key refresh the same credential.
 * @throws UsageError naming the operation that is none
 */
export function parseProgram(text: string): Program {
  return {
    clients: text.split('|').map((client, index) =>
      client
        .split(',')
        .map((operation) => operation.trim())
        .filter((operation) => operation !== '')
        .map((operation) => parseOperation(operation, index)),
    ),
  };
}

function parseOperation(text: string, client: number): Operation {
  const [name, key, ...more] = text.split(/\s+/);
  const action = actions.find((one) => one === name);
  if (!action || more.length > 0)
    throw new UsageError(
      `"${text}" is no operation`,
      `expected one of ${actions.join(', ')}, with a key: set k1`,
    );
  if (action === 'all' || action === 'look') return { action };
  return { action, key: key ?? (action === 'refresh' ? oauthKeys[0] : `k${client}`) };
}

export function printProgram({ clients }: Program): string {
  return clients
    .map((operations) =>
      operations.map(({ action, key }) => (key === undefined ? action : `${action} ${key}`)).join(', '),
    )
    .join(' | ');
}
