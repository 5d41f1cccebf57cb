/** @returns what `open()` returned, or what it lacks, in a sentence; undefined for a store */
export function whyNoStore(store: unknown): string | undefined {
  if (typeof store !== 'object' || store === null)
    return `open() returned ${kindOf(store)}, expected a store: { get, all, set, remove }`;
  const missing = ['get', 'all', 'set', 'remove'].filter(
    (name) => typeof (store as Record<string, unknown>)[name] !== 'function',
  );
  return missing.length === 0 ? undefined : `open() returned a store without ${missing.join(', ')}`;
}

/** What to call a value that was not expected: `null`, `a Map`, `a string`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'bare object'}` : `a ${typeof value}`;
}
