import { isDeepStrictEqual } from 'node:util';
import { isOpaque } from '../../credentials/schema.js';
import { StoreError } from '../../errors/store-error.js';
import { schemeOf } from '../../store/backend/engines.js';
import { openStore, type Store } from '../../store/store.js';
import { note, printJson, shown } from '../auth/output.js';
import { plainFile } from '../auth/place.js';
import { printEvent } from '../auth/source.js';
import { loadEngine } from '../engine.js';
import { NothingMatchedError, UsageError } from '../usage-error.js';
import type { CopyFlags } from './index.js';

/** What one commit of an engine can be. */
const partMax = 120;

type Entries = [key: string, value: unknown][];

export async function copy(flags: CopyFlags): Promise<void> {
  const { merge = false, replace = false, dryRun = false } = flags;
  if (merge && replace)
    throw new UsageError('--merge and --replace exclude each other', 'nothing was written');
  const [from, to] = [await placeOf(flags.from), await placeOf(flags.to)];
  if (from === to) throw new UsageError('--from and --to are the same place', 'nothing was written');
  await using source = open(from);
  await using target = open(to);
  const wanted = chosen(Object.entries(await source.all()), flags.only, from);
  const before = await target.all();
  const isThere = (key: string) => Object.hasOwn(before, key);
  if (Object.keys(before).length > 0 && !merge && !replace) throw notEmpty(to);
  const copied = wanted.filter(([key]) => replace || !isThere(key));
  const kept = wanted.filter(([key]) => !replace && isThere(key)).map(([key]) => key);
  if (!dryRun) {
    const parts = await write(target, copied, { merge, replace, to });
    if (parts > 1)
      note(`written in ${parts} commits: each is whole, and others may have seen some before the rest`);
    await compare(target, copied, to);
  }
  const names = copied.map(([key]) => key);
  const would = dryRun ? 'would copy' : 'copied';
  note(`${would} ${names.length} ${names.length === 1 ? 'entry' : 'entries'} from ${from} to ${to}`);
  for (const key of names) note(`  ${shown(key)}`);
  for (const key of kept) note(`  ${shown(key)} is there already, and stays as it is`);
  if (flags.json) printJson({ from, to, copied: names, kept, dryRun });
}

async function placeOf(given: string): Promise<string> {
  if (schemeOf(given) === undefined) return plainFile(given, 'a credential file');
  await loadEngine(given);
  return given;
}

function open(place: string): Store {
  return openStore(place, { isOpaque, onEvent: printEvent });
}

function chosen(entries: Entries, only: readonly string[] | undefined, from: string): Entries {
  if (!only) return entries;
  const missing = only.find((name) => !entries.some(([key]) => key === name));
  if (missing !== undefined)
    throw new NothingMatchedError(`there is no "${shown(missing)}" in ${from}; nothing was written`);
  return entries.filter(([key]) => only.includes(key));
}

function notEmpty(to: string): UsageError {
  return new UsageError(
    `${to} is not empty`,
    'give --merge to keep what is there, or --replace to replace entries of the same name; nothing was written',
  );
}

/** @returns in how many commits */
async function write(
  target: Store,
  copied: Entries,
  { merge, replace, to }: { merge: boolean; replace: boolean; to: string },
): Promise<number> {
  let parts = 0;
  for (let at = 0; at < copied.length; at += partMax) {
    await target.transaction((entries) => {
      // Another process may have been faster.
      if (at === 0 && !merge && !replace && entries.keys().length > 0) throw notEmpty(to);
      for (const [key, value] of copied.slice(at, at + partMax)) {
        if (!merge || entries.get(key) === undefined) entries.set(key, value);
      }
    });
    parts++;
  }
  return parts;
}

async function compare(target: Store, copied: Entries, to: string): Promise<void> {
  const after = await target.all();
  const other = copied.find(([key, value]) => !isDeepStrictEqual(after[key], value));
  if (!other) return;
  throw new StoreError('E_UNKNOWN', `${shown(other[0])} is not what was copied to ${to}`, {
    definite: false,
    file: to,
    hint: 'Another process has changed it meanwhile: look at it before you use it',
  });
}
