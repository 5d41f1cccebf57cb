import { type Holder, StoreError } from '../errors.js';

/** The caller's own function failed. */
export function refused(key: string, cause: unknown): StoreError {
  return new StoreError('E_REFRESH', `${JSON.stringify(key)} could not be refreshed`, {
    ...{ definite: true, cause },
    hint: 'The credential is as it was: try again, or log in anew where the provider refuses it',
  });
}

export function refusedElsewhere(key: string, { pid, host }: Omit<Holder, 'seenForMs'>): StoreError {
  return new StoreError(
    'E_REFRESH',
    `${JSON.stringify(key)} could not be refreshed by process ${pid} on ${host}, which this call waited for`,
    {
      ...{ definite: true, holder: { pid, host, seenForMs: 0 } },
      hint: 'The credential is as it was: try again, or log in anew where the provider refuses it',
    },
  );
}

export function overdue(key: string, leaseMs: number): StoreError {
  return new StoreError('E_REFRESH', `the refresh of ${JSON.stringify(key)} took more than ${leaseMs} ms`, {
    definite: false,
    hint: 'Should an answer come yet, it is stored, unless the credential is another one by then',
  });
}
