import { UsageError } from '../core/usage-error.js';
import { credential } from '../workload/values.js';
import { nameOf } from './executed.js';
import type { Operation } from './protocol.js';

/** What the clients do, and what they find: one list of operations for each client. */
export interface Program {
  clients: readonly (readonly Operation[])[];
}

export const file = 'data/opencode/auth.json';
export const seedKey = 'anthropic';

/** The sandbox before anything happens: the file with one entry that nobody touches. */
export function filesAtFirst(): Record<string, string> {
  return { [file]: JSON.stringify({ [seedKey]: credential('seed.0') }, null, 2) };
}

/** What a fresh process does when all others have ended. */
export const auditOperations: readonly Operation[] = [
  { action: 'all' },
  { action: 'set', key: 'audit' },
  { action: 'all' },
];

const actions = ['get', 'all', 'set', 'remove', 'look'] as const;

/**
 * `set k1, get k1 | set k2`: two clients. A client without a key of its own to name may leave it out: `set | set`.
 * @param sharedKey what is meant then; default: for each client one of its own
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
  return { action, key: key ?? keyDefault };
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
