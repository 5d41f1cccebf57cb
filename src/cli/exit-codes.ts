import type { StoreError } from '../errors/store-error.js';

/** The exit codes of the command. Scripts depend on them. */
export const exitCodes = {
  /** All guarantees held. */
  valid: 0,
  /** A guarantee was violated. For `auth`: the store refused, or the doctor found a problem. */
  invalid: 1,
  usage: 2,
  /** Inconclusive, or too little happened to prove anything. */
  unknown: 3,
  /** Nothing has that name, or there is nothing in it. */
  nothingMatched: 4,
  /** A planted bug was not found: the harness itself is broken. */
  blind: 5,
  internal: 70,
  interrupted: 130,
} as const;

/** Returns the exit code of a refusal, which is no internal error. A change that may have happened is not known to have failed. */
export function storeFailure({ code }: StoreError): number {
  if (code === 'E_INPUT') return exitCodes.usage;
  if (code === 'E_NOT_FOUND') return exitCodes.nothingMatched;
  return code === 'E_UNKNOWN' ? exitCodes.unknown : exitCodes.invalid;
}
