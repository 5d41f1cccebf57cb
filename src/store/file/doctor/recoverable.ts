import path from 'node:path';
import type { StoreEvent } from '../../backend/backend.js';
import { byValue, type Document } from '../../document/document.js';
import { readDamaged, type Unread } from '../../tolerant/read.js';
import { FileBackend } from '../backend.js';
import { decodeLastCommitted, otherFormatOf } from '../commit/last-committed.js';
import { type Site, Sites } from '../disk/site.js';
import { readState } from '../disk/state.js';
import { type Kept, keptStates, readKept } from './kept.js';

/** An earlier state of the file: the last-committed copy, or a state that was kept aside. */
export interface Recoverable {
  /** What follows the file's own name: `last`, or `corrupt-` and the hash of the content. */
  name: string;
  place: string;
  /** When it was last changed (wall clock, milliseconds since 1970). */
  changedMs: number;
  bytes: number;
  /** How many of the bytes could be read: all, unless it is damaged. */
  readableBytes: number;
  /** The entries that could be read. If several have one key, the last of them. */
  entries: Document;
  /** All entries that could be read, in the order of the file. */
  all: RawEntry[];
  /** Keys that it holds more than once, with different values. */
  doubled: string[];
  /** The bytes that could not be read, and may hold more entries. */
  unread: Unread[];
  /** How many bytes are comments or lines of a merge tool. An entry in these was taken out by hand. */
  remarkBytes: number;
}

export interface RawEntry {
  key: string;
  /** Its JSON, as in a `Document`. */
  raw: string;
}

export interface RestoreOptions {
  /** Also replaces entries that have another value now. */
  overwrite?: boolean;
  /** Two keys mean the same entry if this function makes them equal. Default: equal keys only. */
  normalize?: (key: string) => string;
  deadlineMs?: number;
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  /** See `StoreOptions`. */
  isOpaque?: (value: unknown) => boolean;
  onEvent?: (event: StoreEvent) => void;
}

/** The keys of the entries that were put back, and of those that were there already. */
export interface Restored {
  restored: string[];
  kept: string[];
}

/** The states that could be restored, the newest first, and the entries that are there now. Changes nothing. */
export function listRecoverable(
  file: string,
  { allowUnsafe = false }: { allowUnsafe?: boolean } = {},
): { current: Document; found: Recoverable[]; otherFormat: string | undefined } {
  const site = new Sites(file, allowUnsafe).find();
  if (!site) return { current: new Map(), found: [], otherFormat: undefined };
  try {
    const last = lastAt(site);
    const kept = keptStates(site).kept.map((one) => recover(site, one));
    const found = [...(last ? [last] : []), ...kept].sort((a, b) => b.changedMs - a.changedMs);
    return { current: currentAt(site, () => last), found, otherFormat: otherFormatOf(site) };
  } finally {
    site.release();
  }
}

/** Returns the entries that are there now. Reads no state that was kept, and the copy only where the file is unusable. */
export function currentEntries(
  file: string,
  { allowUnsafe = false }: { allowUnsafe?: boolean } = {},
): Document {
  const site = new Sites(file, allowUnsafe).find();
  if (!site) return new Map();
  try {
    return currentAt(site, () => lastAt(site));
  } finally {
    site.release();
  }
}

function currentAt(site: Site, last: () => Recoverable | undefined): Document {
  const state = readState(site);
  if (state.kind === 'valid') return state.document;
  if (state.kind === 'missing') return new Map();
  // The next use of the file restores this state, before anything else can happen to it.
  return last()?.entries ?? new Map();
}

function lastAt(site: Site): Recoverable | undefined {
  const last = readKept(site, site.nameOf('last'));
  return last && recover(site, last);
}

/** Puts entries back, byte for byte and in one commit. Entries that are there now stay, unless `overwrite` is set. */
export async function restoreEntries(
  file: string,
  entries: Document,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { overwrite = false, normalize = (key) => key, deadlineMs = 10_000, ...rest } = options;
  const { allowUnsafe = false, isOpaque, onEvent = () => {} } = rest;
  const beliefs = { isOpaque: byValue(isOpaque) };
  const backend = new FileBackend(file, { leaseMs: 1000, queues: true, allowUnsafe, onEvent, ...beliefs });
  let outcome: Restored = { restored: [], kept: [] };
  try {
    await backend.transact((current) => {
      const { document, ...keys } = putBack(current, entries, { overwrite, normalize });
      outcome = keys;
      return document;
    }, performance.now() + deadlineMs);
  } finally {
    await backend.close();
  }
  return outcome;
}

/** What `restoreEntries` does to a document. Returns the same object if there is nothing to put back. */
export function putBack(
  current: Document,
  entries: Document,
  { overwrite, normalize }: { overwrite: boolean; normalize: (key: string) => string },
): Restored & { document: Document } {
  const document = new Map(current);
  const restored: string[] = [];
  const kept: string[] = [];
  for (const [key, raw] of entries) {
    const present = [...document.keys()].filter((other) => normalize(other) === normalize(key));
    const isThere = present.some((other) => document.get(other) === raw && other === key);
    if (isThere || (present.length > 0 && !overwrite)) {
      kept.push(key);
      continue;
    }
    for (const other of present) if (other !== key) document.delete(other);
    document.set(key, raw);
    restored.push(key);
  }
  return { document: restored.length > 0 ? document : current, restored, kept };
}

function recover(site: Site, { name: fileName, bytes: content, changedMs }: Kept): Recoverable {
  const name = fileName.slice(site.nameOf('').length);
  const place = path.join(site.directory.path, fileName);
  const last = name === 'last' ? decodeLastCommitted(content) : undefined;
  const readable = name === 'last' && !last ? nothingOf(content) : readableOf(last?.bytes ?? content);
  return { name, place, changedMs, bytes: (last?.bytes ?? content).length, ...readable };
}

type ReadableParts = Pick<
  Recoverable,
  'entries' | 'all' | 'doubled' | 'unread' | 'readableBytes' | 'remarkBytes'
>;

/** For a copy with a wrong checksum: the damage may be anywhere in it, so no part of it can be believed. */
function nothingOf({ length }: Buffer): ReadableParts {
  const unread = [{ from: 0, to: length, line: 1, column: 1, zeros: 0 }];
  return { entries: new Map(), all: [], doubled: [], unread, readableBytes: 0, remarkBytes: 0 };
}

/** What can be read of a document in whatever state. */
export function readableOf(bytes: Buffer): ReadableParts {
  const { entries: found, unread, remarks } = readDamaged(bytes);
  const all = found.map(({ key, raw }) => ({ key, raw }));
  const entries = new Map(all.map(({ key, raw }) => [key, raw]));
  const other = all.filter(({ key, raw }) => entries.get(key) !== raw);
  return {
    entries,
    all,
    unread,
    doubled: [...new Set(other.map(({ key }) => key))],
    readableBytes: bytes.length - lengthOf(unread),
    remarkBytes: lengthOf(remarks),
  };
}

function lengthOf(ranges: readonly { from: number; to: number }[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}
