import type { RuntimeName } from '../core/runtime.js';

/** What this very process runs on, with its version: `bun 1.4.5`. */
export const thisRuntime = ((): { name: RuntimeName; version: string } => {
  const { bun, deno, node } = process.versions;
  if (bun) return { name: 'bun', version: bun };
  return deno ? { name: 'deno', version: deno } : { name: 'node', version: node };
})();
