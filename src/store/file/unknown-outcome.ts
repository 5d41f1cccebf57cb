import { type StoreError, unknownOutcome } from '../../errors/store-error.js';
import type { Site } from './disk/site.js';

/** The error of a change that was handed to other processes as a request, whose end is not certain. */
export function lostTrackOf({ file }: Site): StoreError {
  return unknownOutcome(
    file,
    `another process may have made a change of ${file} that was handed to it, or may still make it`,
  );
}

/**
 * The error of a change that may still take effect: an earlier attempt was fenced between its two renames, and a restoration from
 * its copy may complete it; or another process may still apply the request. What stopped this call says nothing about that.
 */
export function noLongerDefinite(error: StoreError): StoreError {
  if (!error.definite) return error;
  return unknownOutcome(error.file, `a change was interrupted, and then ${error.message}`, error);
}
