import type { Document } from './document.js';

/** The new value of each entry that differs; undefined where it is removed. */
export function differences(before: Document, after: Document): Map<string, string | undefined> {
  const edits = new Map<string, string | undefined>();
  for (const [key, raw] of after) if (before.get(key) !== raw) edits.set(key, raw);
  for (const key of before.keys()) if (!after.has(key)) edits.set(key, undefined);
  return edits;
}
