import fs from 'node:fs';
import type { Runner } from '../calls/call.js';
import { definitionsFor, type FsToFill, fillFs } from '../calls/make-fs.js';
import type { Self } from '../calls/self.js';
import { type Watches, watchFunctions } from '../calls/watches.js';
import type { Platform } from './kernel/platform.js';
import { type Refuse, refused } from './modules.js';

/** Its own of one life, where libraries may leave more. */
export function fsOn({ hasModes }: Platform, { ...own }: FsToFill): FsToFill {
  // Windows has no numbers for these.
  const { O_DIRECTORY: _, O_NOFOLLOW: __, ...fewer } = fs.constants;
  const constants = hasModes ? fs.constants : fewer;
  return Object.assign(own, { constants, promises: { ...own.promises, constants } });
}

/** `fs` of a virtual process. What Node's has besides can't be called. */
export function ownFs(self: Self, runner: Runner, watches: Watches, refuse: Refuse): FsToFill {
  const promises: Record<string, unknown> = { constants: fs.constants };
  const { constants, Stats, Dirent } = fs;
  const { F_OK, R_OK, W_OK, X_OK } = constants;
  const target: FsToFill = { constants, Stats, Dirent, F_OK, R_OK, W_OK, X_OK, promises };
  const streams = {
    createReadStream: refused('fs.createReadStream', refuse) as () => unknown,
    createWriteStream: refused('fs.createWriteStream', refuse) as () => unknown,
  };
  fillFs(target, runner, definitionsFor(self), streams);
  const { watch, watchPromised } = watchFunctions(watches);
  Object.assign(target, { watch });
  Object.assign(promises, { watch: watchPromised });
  fill(target, fs as unknown as Record<string, unknown>, 'fs');
  fill(promises, fs.promises as unknown as Record<string, unknown>, 'fs.promises');
  return target;

  function fill(object: Record<string, unknown>, known: Record<string, unknown>, where: string): void {
    for (const [name, value] of Object.entries(known))
      if (!(name in object) && typeof value === 'function')
        object[name] = refused(`${where}.${name}`, refuse);
  }
}
