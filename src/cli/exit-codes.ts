import type { StoreError } from '../store/errors.js';

/** What the command's exit code means; scripts depend on it. */
export const exitCodes = {
  /** All guarantees held. */
  valid: 0,
  /** A guarantee was violated; of `auth`: the store refused, or the doctor found a problem. */
  invalid: 1,
  usage: 2,
  /** Inconclusive, or too little happened to prove anything. */
  unknown: 3,
  /** There was nothing of that name, or nothing in it. */
  nothingMatched: 4,
  /** A planted bug was not found: the harness itself is broken. */
  blind: 5,
  internal: 70,
  interrupted: 130,
} as const;

/** A refusal of the store is no internal error, and a change that may have happened is not known to have failed. */
export function storeFailure({ code }: StoreError): number {
  if (code === 'E_INPUT') return exitCodes.usage;
  if (code === 'E_NOT_FOUND') return exitCodes.nothingMatched;
  return code === 'E_UNKNOWN' ? exitCodes.unknown : exitCodes.invalid;
}
