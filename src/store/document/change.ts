import { copyOf, type Document } from './document.js';

/** Sets one entry, or removes it where `raw` is undefined. */
export interface Edit {
  /** The key of the entry. */
  key: string;
  /** The JSON text of its value. */
  raw: string | undefined;
}

/**
 * A change of the whole document. It may be applied several times (a commit that was fenced starts again with
 * fresh state), so a function must be pure. A change that is data may be applied by any process.
 */
export type Change = readonly Edit[] | ((document: Document) => Document);

/** Applies a change, as `Backend.transact` must. @returns the same document object if nothing has to be written */
export function applyChange(document: Document, change: Change): Document {
  if (typeof change === 'function') return change(document);
  let copy: Map<string, string> | undefined;
  for (const { key, raw } of change) {
    if (raw === undefined && !(copy ?? document).has(key)) continue;
    copy ??= copyOf(document);
    if (raw === undefined) copy.delete(key);
    else copy.set(key, raw);
  }
  return copy ?? document;
}
