import { UsageError } from '../core/usage-error.js';
import { credential } from '../workload/values.js';
import type { Operation } from './protocol.js';

/** What the clients do, and what they find: one list of operations for each client. */
export interface Program {
  clients: readonly (readonly Operation[])[];
}

export const file = 'data/opencode/auth.json';
export const seedKey = 'anthropic';
/** What one client sets, alone, to find out whether the file shows it. */
export const probeKey = 'probe-provider';

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
  return { action, key: key ?? `k${client}` };
}

export function printProgram({ clients }: Program): string {
  return clients
    .map((operations) =>
      operations.map(({ action, key }) => (key === undefined ? action : `${action} ${key}`)).join(', '),
    )
    .join(' | ');
}
