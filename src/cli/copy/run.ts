import { existsSync } from 'node:fs';
import path from 'node:path';
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
import type { CopyFlags, ExportFlags, ImportFlags } from './index.js';
import { notEmpty, writeInParts } from './parts.js';
import type { Entry } from './sealed-file.js';

/** Copies the entries of one store to another. */
export async function copy(flags: CopyFlags): Promise<void> {
  checkWinner(flags);
  const [from, to] = [await placeOf(flags.from, '--from'), await placeOf(flags.to, '--to')];
  if (from === to) throw new UsageError('--from and --to are the same place', 'nothing was written');
  await put(await entriesAt(from), { ...flags, from, to });
}

/** Writes the entries of a store to a new file, sealed. */
export async function exportSealed(flags: ExportFlags): Promise<void> {
  const from = await placeOf(flags.from, '--from');
  const keys = keysFileOf(flags.keys);
  const entries = chosen(await entriesAt(from), flags.only, from);
  const { writeSealedFile } = await import('./sealed-file.js');
  const to = writeSealedFile(flags.to, keys, entries);
  const names = entries.map(([key]) => key);
  noteNames('exported', names, from, to);
  if (flags.json) printJson({ from, to, exported: names });
}

/** Copies the entries of such a file to a store. */
export async function importSealed(flags: ImportFlags): Promise<void> {
  checkWinner(flags);
  const to = await placeOf(flags.to, '--to');
  const { readSealedFile } = await import('./sealed-file.js');
  const entries = readSealedFile(flags.from, keysFileOf(flags.keys));
  await put(entries, { ...flags, from: path.resolve(flags.from), to });
}

function checkWinner({ merge, replace }: CopyFlags): void {
  if (merge && replace)
    throw new UsageError('--merge and --replace exclude each other', 'nothing was written');
}

function keysFileOf(given: string | undefined): string {
  const file = given ?? process.env.HOLDFAST_KEYS_FILE;
  if (file !== undefined && file !== '') return path.resolve(file);
  const hint = 'give --keys, or set HOLDFAST_KEYS_FILE; holdfast key create makes one';
  throw new UsageError('no file of keys was named', hint);
}

/** The entries of a store. @throws NothingMatchedError where there is no such file, which an empty store would hide */
async function entriesAt(place: string): Promise<Entry[]> {
  await using store = open(place);
  const entries = Object.entries(await store.all());
  if (entries.length === 0 && schemeOf(place) === undefined && !existsSync(place))
    throw new NothingMatchedError(`there is no file ${place}; nothing was written`);
  return entries;
}

/** Writes the entries that were asked for to the store, reads them back, and says which they were. */
async function put(entries: readonly Entry[], flags: CopyFlags): Promise<void> {
  const { from, to, merge = false, replace = false, dryRun = false } = flags;
  await using target = open(to);
  const wanted = chosen(entries, flags.only, from);
  const before = await target.all();
  const isThere = (key: string) => Object.hasOwn(before, key);
  if (Object.keys(before).length > 0 && !merge && !replace) throw notEmpty(to);
  let copied = wanted.filter(([key]) => replace || !isThere(key));
  let kept = wanted.filter(([key]) => !replace && isThere(key)).map(([key]) => key);
  if (!dryRun) {
    const written = await writeInParts(target, copied, { merge, replace }, to);
    if (written.parts > 1)
      note(
        `written in ${written.parts} commits: each is whole, and others may have seen some before the rest`,
      );
    copied = copied.filter(([key]) => !written.kept.includes(key));
    kept = [...kept, ...written.kept];
    await compare(target, copied, to);
  }
  const names = copied.map(([key]) => key);
  noteNames(dryRun ? 'would copy' : 'copied', names, from, to);
  for (const key of kept) note(`  ${shown(key)} is there already, and stays as it is`);
  if (flags.json) printJson({ from, to, copied: names, kept, dryRun });
}

function noteNames(did: string, names: readonly string[], from: string, to: string): void {
  note(`${did} ${names.length} ${names.length === 1 ? 'entry' : 'entries'} from ${from} to ${to}`);
  for (const key of names) note(`  ${shown(key)}`);
}

async function placeOf(given: string, flag: string): Promise<string> {
  if (schemeOf(given) === undefined) return plainFile(given, 'a credential file', flag);
  await loadEngine(given);
  return given;
}

function open(place: string): Store {
  return openStore(place, { isOpaque, onEvent: printEvent });
}

function chosen(entries: readonly Entry[], only: readonly string[] | undefined, from: string): Entry[] {
  if (!only) return [...entries];
  const missing = only.find((name) => !entries.some(([key]) => key === name));
  if (missing !== undefined)
    throw new NothingMatchedError(`there is no "${shown(missing)}" in ${from}; nothing was written`);
  return entries.filter(([key]) => only.includes(key));
}

async function compare(target: Store, copied: readonly Entry[], to: string): Promise<void> {
  const after = await target.all();
  const other = copied.find(([key, value]) => !isDeepStrictEqual(after[key], value));
  if (!other) return;
  throw new StoreError('E_UNKNOWN', `${shown(other[0])} is not what was copied to ${to}`, {
    definite: false,
    file: to,
    hint: 'Another process has changed it meanwhile: look at it before you use it',
  });
}
