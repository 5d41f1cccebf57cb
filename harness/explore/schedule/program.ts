import { UsageError } from '../../../src/cli/usage-error.js';
import type { SeedEvent } from '../../history/events.js';
import { seedValue } from '../../line/seeds.js';
import { oauthKeys } from '../../workload/values.js';
import type { Operation } from '../protocol/protocol.js';
import { nameOf } from '../schedule/action.js';

/** What the clients do, and what they find: one list of operations for each client. */
export interface Program {
  clients: readonly (readonly Operation[])[];
}

export const file = 'data/opencode/auth.json';
export const seedKey = 'anthropic';
/** What one client sets, alone, to find out whether the file shows it. */
export const probeKey = 'probe-provider';

/** What is there before anything happens: an entry that no client touches, and each credential that is to be refreshed. */
export function seedsOf(program: Program): SeedEvent[] {
  const refreshed = refreshedKeys(program).map(
    (key, index): SeedEvent => ({ type: 'seed', key, value: `seed.oauth.${index}` }),
  );
  return [{ type: 'seed', key: seedKey, value: 'seed.0' }, ...refreshed];
}

/** The sandbox before anything happens. */
export function filesAtFirst(program: Program): Record<string, string> {
  const entries = seedsOf(program).map(({ key, value }) => [key, seedValue(value)]);
  return { [file]: JSON.stringify(Object.fromEntries(entries), null, 2) };
}

/**
 * What a fresh process does when all others have ended. A credential whose token was spent by a killed process is of no use, so
 * the user logs in anew, and from then on it must be possible to refresh it.
 */
export function auditOf(program: Program): Operation[] {
  return [{ action: 'all' }, { action: 'set', key: 'audit' }, ...loginsOf(program), { action: 'all' }];
}

/**
 * What another one does when every lease is over, where a credential is refreshed. A refresh leaves the claim of a process that may
 * be alive, as one of another boot may be for all it can see, for as long as a lease: so only then is it left over for good.
 */
export function laterAuditOf(program: Program): Operation[] {
  const logins = loginsOf(program);
  return logins.length === 0 ? [] : [...logins, { action: 'all' }];
}

/** What one does that comes to sweep what is left. */
export const sweepingAudit: readonly Operation[] = [{ action: 'set', key: 'audit' }];

/** What a process does that comes after a power loss together with the one of `auditOf`. */
export const besideAudit: readonly Operation[] = [{ action: 'all' }, { action: 'set', key: 'beside' }];

function loginsOf(program: Program): Operation[] {
  return refreshedKeys(program).flatMap((key): Operation[] => [
    { action: 'set', key },
    { action: 'refresh', key },
  ]);
}

function refreshedKeys({ clients }: Program): string[] {
  const keys = clients.flat().flatMap(({ action, key }) => (action === 'refresh' && key ? [key] : []));
  return [...new Set(keys)].sort();
}

const actions = ['get', 'all', 'set', 'update', 'remove', 'refresh', 'look'] as const;

/**
 * `set k1, get k1 | set k2`: two clients. A client without a key of its own to name may leave it out: `set | set`. All that
 * refresh without a key refresh the same credential.
 * @param sharedKey what is meant where a key is left out; default: for each client one of its own
 * @throws UsageError naming the operation that is none
 */
export function parseProgram(text: string, sharedKey?: string): Program {
  return {
    clients: text.split('|').map((client, index) =>
      client
        .split(',')
        .map((operation) => operation.trim())
        .filter((operation) => operation !== '')
        .map((operation) => parseOperation(operation, sharedKey ?? `k${index}`)),
    ),
  };
}

function parseOperation(text: string, keyDefault: string): Operation {
  const [name, key, ...more] = text.split(/\s+/);
  const action = actions.find((one) => one === name);
  if (!action || more.length > 0)
    throw new UsageError(
      `"${text}" is no operation`,
      `expected one of ${actions.join(', ')}, with a key: set k1`,
    );
  if (action === 'all' || action === 'look') return { action };
  return { action, key: key ?? (action === 'refresh' ? oauthKeys[0] : keyDefault) };
}

export function printProgram({ clients }: Program): string {
  return clients
    .map((operations) =>
      operations.map(({ action, key }) => (key === undefined ? action : `${action} ${key}`)).join(', '),
    )
    .join(' | ');
}

/** @returns why a search of this program can find no lost update; undefined where two clients write */
export function warningFor({ clients }: Program): string | undefined {
  const writes = ({ action }: Operation) => action !== 'get' && action !== 'all' && action !== 'look';
  const writers = clients.flatMap((operations, index) => (operations.some(writes) ? [nameOf(index)] : []));
  if (writers.length > 1) return undefined;
  const who = writers.length === 0 ? 'No client writes' : `Only client ${writers[0]} writes`;
  return `${who}, so no update can be lost to another writer. To search for lost updates let two clients write: 'set a | set b'.`;
}
