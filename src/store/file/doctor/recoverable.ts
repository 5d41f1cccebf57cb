import path from 'node:path';
import type { StoreEvent } from '../../backend.js';
import { type Document, parseDocument } from '../../document.js';
import { FileBackend } from '../backend.js';
import { decodeLastCommitted } from '../commit/last-committed.js';
import { type Site, Sites } from '../site.js';
import { readState } from '../state.js';
import { damagedStates, type Kept, readKept } from './kept.js';

/** An earlier state of the file that is still there: the last-committed copy, or one that was found damaged. */
export interface Recoverable {
  /** `last`, or `corrupt-` and the content's hash: what follows the file's own name. */
  name: string;
  place: string;
  /** When it was last changed (wall clock, milliseconds since 1970). */
  changedMs: number;
  bytes: number;
  /** How many of the bytes, from the first, could be read: all of them, unless it is damaged. */
  readableBytes: number;
  /** What could be read of it. */
  entries: Document;
}

export interface RestoreOptions {
  /** Also put back what is there now with another value. */
  overwrite?: boolean;
  /** Two keys are the same entry if this makes them equal. Default: only a key itself. */
  normalize?: (key: string) => string;
  deadlineMs?: number;
  /** As of `StoreOptions`. */
  allowUnsafe?: boolean;
  onEvent?: (event: StoreEvent) => void;
}

/** The names of the entries that were put back, and of those that were there. */
export interface Restored {
  restored: string[];
  kept: string[];
}

/** What could be restored, the newest first, and the entries that are there now. Changes nothing. */
export function listRecoverable(
  file: string,
  { allowUnsafe = false }: { allowUnsafe?: boolean } = {},
): { current: Document; found: Recoverable[] } {
  const site = new Sites(file, allowUnsafe).find();
  if (!site) return { current: new Map(), found: [] };
  try {
    const found = recoverablesAt(site);
    const state = readState(site);
    if (state.kind === 'valid') return { current: state.document, found };
    if (state.kind === 'missing') return { current: new Map(), found };
    // The next use of the file brings this back, before anything else can happen to it.
    return { current: found.find(({ name }) => name === 'last')?.entries ?? new Map(), found };
  } finally {
    site.release();
  }
}

function recoverablesAt(site: Site): Recoverable[] {
  const last = readKept(site, site.nameOf('last'));
  return [...(last ? [last] : []), ...damagedStates(site).kept]
    .map((kept) => recover(site, kept))
    .sort((a, b) => b.changedMs - a.changedMs);
}

/** Puts entries back, byte for byte and in one commit; what is there now stays, unless told otherwise. */
export async function restoreEntries(
  file: string,
  entries: Document,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { overwrite = false, normalize = (key) => key, deadlineMs = 10_000, ...rest } = options;
  const { allowUnsafe = false, onEvent = () => {} } = rest;
  const backend = new FileBackend(file, { leaseMs: 1000, queues: true, allowUnsafe, onEvent });
  let outcome: Restored = { restored: [], kept: [] };
  try {
    await backend.transact((current) => {
      const { document, ...told } = putBack(current, entries, { overwrite, normalize });
      outcome = told;
      return document;
    }, performance.now() + deadlineMs);
  } finally {
    await backend.close();
  }
  return outcome;
}

/** What `restoreEntries` does to a document: the very one if there is nothing to put back. */
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
  const bytes = name === 'last' ? decodeLastCommitted(content)?.bytes : content;
  const readable = bytes ? readableOf(bytes) : { entries: new Map(), readableBytes: 0 };
  const place = path.join(site.directory.path, fileName);
  return { name, place, changedMs, bytes: (bytes ?? content).length, ...readable };
}

/** All of a document, or the complete entries at the beginning of one that is damaged behind them. */
export function readableOf(bytes: Buffer): { entries: Document; readableBytes: number } {
  const whole = parseDocument(bytes);
  if (whole) return { entries: whole, readableBytes: bytes.length };
  const ends = endsOfEntries(bytes);
  // If one of them ends a valid document then so do all before it.
  let [valid, invalid] = [0, ends.length + 1];
  const cutAt = (count: number) =>
    parseDocument(Buffer.concat([bytes.subarray(0, ends[count - 1] ?? 0), Buffer.from('}')]));
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (cutAt(middle)) valid = middle;
    else invalid = middle;
  }
  return { entries: (valid > 0 && cutAt(valid)) || new Map(), readableBytes: ends[valid - 1] ?? 0 };
}

/**
 * Where entries of the first level end, as far as brackets and quotes tell. In bytes: those of a longer UTF-8
 * character never look like one of ASCII, and the text may be cut within a character.
 */
function endsOfEntries(bytes: Buffer): number[] {
  const ends: number[] = [];
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] ?? 0);
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if ('{['.includes(character)) depth++;
    else if ('}]'.includes(character)) {
      depth--;
      // The last one has no comma behind it yet; or the end of the document, and damage behind that.
      if (depth <= 1) ends.push(depth === 1 ? at + 1 : at);
    } else if (character === ',' && depth === 1) ends.push(at);
  }
  return ends;
}
