import { EventEmitter } from 'node:events';
import { bringBack, isAsItWas, type Kept, keep } from '../gate/restore.js';

/** What all programs in one thread share, the harness among them. */
const shared: Readonly<Record<string, object>> = {
  globalThis,
  process,
  Object,
  'Object.prototype': Object.prototype,
  'Function.prototype': Function.prototype,
  'Array.prototype': Array.prototype,
  'String.prototype': String.prototype,
  'RegExp.prototype': RegExp.prototype,
  Promise,
  'Promise.prototype': Promise.prototype,
  'Map.prototype': Map.prototype,
  'Set.prototype': Set.prototype,
  Error,
  'Error.prototype': Error.prototype,
  Buffer,
  'Buffer.prototype': Buffer.prototype,
  Math,
  JSON,
  Reflect,
  Atomics,
  AbortSignal,
  // Node makes these at their first use, which is no change that a client makes.
  TextDecoder,
  AbortController,
  DOMException,
  structuredClone,
  'EventEmitter.prototype': EventEmitter.prototype,
};

/** Watches over what no program may change for the others. */
export class Intrinsics {
  private readonly kept: readonly (readonly [string, Kept])[] = Object.entries(shared).map(
    ([name, object]) => [name, keep(object)],
  );

  /** Brings back what was changed. @returns what it was, if anything */
  restore(): string | undefined {
    const changed = this.kept.filter(([, kept]) => !isAsItWas(kept));
    for (const [, kept] of changed) bringBack(kept);
    return changed[0]?.[0];
  }
}
