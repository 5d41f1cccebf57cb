import type { Operation, Run } from '../../history/run.js';
import { type Call, search } from '../../linearizable/index.js';
import {
  type CredentialsInput,
  type CredentialsOutput,
  credentials,
} from '../../linearizable/models/credentials.js';

/** A run as it stands: nothing is left out, settled or split by key. */
export function isLinearizable(run: Run): boolean {
  const calls = run.operations.flatMap(toCall);
  const { time = 0, entries = {} } = run.final ?? {};
  const end = { id: 'end', process: 'end', begin: time, end: time, happened: 'yes' } as const;
  calls.push({ ...end, input: { action: 'all' }, output: new Map(Object.entries(entries)) });
  const { verdict } = search(credentials, calls);
  if (verdict === 'unknown') throw new Error('the search has not come to its end');
  return verdict === 'valid';
}

function toCall(operation: Operation): Call<CredentialsInput, CredentialsOutput>[] {
  const { id, process, begin, end, outcome, action, result } = operation;
  const key = operation.key ?? '';
  if (outcome === 'fail' || action === 'refresh') return [];
  const input: CredentialsInput =
    action === 'all' ? { action } : action === 'set' ? { action, key, value: id } : { action, key };
  const happened = outcome === 'ok' ? 'yes' : 'maybe';
  const found = typeof result === 'object' && result !== null ? new Map(Object.entries(result)) : result;
  const told = action === 'set' || action === 'remove' ? true : (found ?? null);
  const output = outcome === 'ok' ? told : undefined;
  return [{ id, process: String(process), input, output, begin, end, happened }];
}
