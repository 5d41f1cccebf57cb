import { type StoreError, unknownOutcome } from '../errors.js';
import type { Site } from './disk/site.js';

/** The error of a change whose request is gone without an answer. */
export function lostTrackOf({ file }: Site): StoreError {
  return unknownOutcome(
    file,
    `the request for a change of ${file} disappeared, and no process has answered it`,
  );
}

/**
 * An earlier attempt was fenced between its two renames. What stopped the later attempts says nothing about that one: it may
 * still take effect through a restoration from its copy.
 */
export function noLongerDefinite(error: StoreError): StoreError {
  if (!error.definite) return error;
  return unknownOutcome(error.file, `a change was interrupted, and then ${error.message}`, error);
}
