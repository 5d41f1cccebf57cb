import { type StoreError, unknownOutcome } from '../errors.js';
import type { Site } from './disk/site.js';

export function lostTrackOf({ file }: Site): StoreError {
  return unknownOutcome(
    file,
    `a change of ${file}, which another process was to carry along, was lost sight of`,
  );
}

/**
 * An earlier attempt was fenced between its two renames, and what stopped the later ones says nothing of it: it may yet
 * take effect through a restoration from its copy.
 */
export function noLongerDefinite(error: StoreError): StoreError {
  if (!error.definite) return error;
  return unknownOutcome(error.file, `a change was interrupted, and then ${error.message}`, error);
}
