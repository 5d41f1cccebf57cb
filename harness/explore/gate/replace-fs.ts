import fs from 'node:fs';
import type { Runner } from '../calls/call.js';
import { definitionsFor, type FsToFill, fillFs, uncontrolled } from '../calls/make-fs.js';
import type { Self } from '../calls/self.js';
import { type Watches, watchFunctions } from '../calls/watches.js';
import type { Loop } from './loop.js';

/**
 * Replaces every function of `fs` in place. A module that imports it by name, or has kept it from before, needs the builtin's exports
 * synced.
 */
export function replaceFs(self: Self, runner: Runner): void {
  fillFs(fs as unknown as FsToFill, runner, definitionsFor(self), fs);
}

/** A client that calls what can't be controlled is refused. */
export function refuseUncontrolled(loop: Loop): void {
  const [target, promises] = [fs, fs.promises] as unknown as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const refuse = (name: string) => () =>
    loop.halt('refused', `it calls fs.${name}, which can't be controlled`);
  for (const name of uncontrolled)
    for (const where of [target, promises])
      for (const flavour of [name, `${name}Sync`]) if (flavour in where) where[flavour] = refuse(name);
  target.unwatchFile = refuse('unwatchFile');
}

export function replaceWatch(watches: Watches): void {
  const { watch, watchPromised } = watchFunctions(watches);
  Object.assign(fs, { watch });
  Object.assign(fs.promises, { watch: watchPromised });
}
