import { type BigIntStats, chmodSync, closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { type Document, parseDocument } from '../document.js';
import { errnoOf } from '../errors.js';
import { readAll } from '../reading.js';
import type { Ownership } from './commit/ownership.js';
import { ioError } from './paths.js';

/** What the file holds at one instant. */
export type FileState =
  | { kind: 'valid'; identity: string; bytes: Buffer; document: Document; owner?: Ownership }
  /** Never written, or removed by a user who meant to log out: an empty document either way. */
  | { kind: 'missing'; identity: typeof noFile }
  /** Empty, torn, or not a JSON object: it yields to the last committed state. */
  | { kind: 'corrupt'; identity: string; bytes: Buffer; reason: string; owner?: Ownership };

/** A file of a known identity that was not closed. */
export interface OpenFile {
  descriptor: number;
  identity: string;
}

/** The identity of a file that is not there. */
export const noFile = 'none';
/** That of a directory in its place. */
export const aDirectory = 'directory';

/**
 * Fails with `E_IO` where the file can't be read at all: that says nothing of its content, so nothing may follow from it.
 * @param known a state with a document that need not be parsed again if the bytes are the same
 */
export function readState(file: string, known?: FileState): FileState {
  const found = readFile(file);
  if (found === undefined) return { kind: 'missing', identity: noFile };
  const { bytes, identity, owner, unreadable } = found;
  if (unreadable) return { kind: 'corrupt', identity, bytes, reason: unreadable, owner };
  const isKnown = known?.kind === 'valid' && known.bytes.equals(bytes);
  const document = isKnown ? known.document : parseDocument(bytes);
  if (document) return { kind: 'valid', identity, bytes, document, owner };
  const reason = bytes.length === 0 ? 'it is empty' : `its ${bytes.length} bytes are not one JSON object`;
  return { kind: 'corrupt', identity, bytes, reason, owner };
}

/**
 * Does the file no longer hold what it was seen to hold? By its bytes: size and time stay the same in one tick of its clock.
 * @param open what was seen, where it is still open: as long as it is, no other file can have its number
 */
export function hasChanged(file: string, seen: FileState, open?: OpenFile): boolean {
  if (open && seen.kind === 'valid' && isStillThere(file, open))
    return !readAll(open.descriptor, seen.bytes.length).equals(seen.bytes);
  return !isSame(readState(file, seen), seen);
}

function isStillThere(file: string, { identity }: OpenFile): boolean {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && identityOf(stats) === identity;
}

export function isSame(a: FileState, b: FileState): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  const isDirectory = (state: FileState) => state.identity === aDirectory;
  return a.kind === b.kind && isDirectory(a) === isDirectory(b) && a.bytes.equals(b.bytes);
}

/** Tells one file from another and from itself after a change. Renaming it changes nothing of this. */
export function identityOf({ dev, ino, birthtimeNs, size, mtimeNs }: BigIntStats): string {
  // The birth in milliseconds, as every runtime tells it.
  return [dev, ino, birthtimeNs / 1_000_000n, size, mtimeNs].join('.');
}

const wholeMs = /^(.*\d)000000$/;

/**
 * Are these two of one file, unchanged? Deno tells the time of a file in whole milliseconds, the others in nanoseconds: so
 * what one has written down, another must be able to recognise. Two changes within a millisecond look alike on many
 * kernels anyway, whose clock of files ticks every four.
 */
export function isSameIdentity(a: string, b: string): boolean {
  if (a === b) return true;
  const wholeA = wholeMs.exec(a)?.[1];
  const wholeB = wholeMs.exec(b)?.[1];
  if (wholeA === undefined && wholeB === undefined) return false;
  return (wholeA ?? a.slice(0, -6)) === (wholeB ?? b.slice(0, -6));
}

/** When the file of this identity was last written to, in milliseconds of the file system's clock; 0 for none. */
export function timeOf(identity: string): number {
  return Number(identity.split('.')[4] ?? 0) / 1e6;
}

/**
 * Of two identities: the same file, perhaps changed in place. By its birth, too: the number of a file that was just
 * replaced is often given to the next one that is made. Where the file system knows no time of birth, it says no.
 */
export function isSameInode(a: string, b: string): boolean {
  const inodeOf = (identity: string) => identity.split('.').slice(0, 3).join('.');
  return a.includes('.') && inodeOf(a) === inodeOf(b);
}

interface Found {
  bytes: Buffer;
  identity: string;
  owner: Ownership;
  /** Why there are no bytes, though there is something. */
  unreadable?: string;
}

function readFile(file: string): Found | undefined {
  let descriptor: number;
  try {
    descriptor = openReadable(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError('read', file, error);
  }
  try {
    // Before the bytes: if it changes in between, the identity is the older one, and the next look sees a change.
    const stats = fstatSync(descriptor, { bigint: true });
    const owner = { uid: Number(stats.uid), gid: Number(stats.gid) };
    return { ...readOpen(descriptor, identityOf(stats)), owner };
  } catch (error) {
    throw ioError('read', file, error);
  } finally {
    closeSync(descriptor);
  }
}

/** Its owner may always read it: where the mode alone says no, the mode is wrong. */
function openReadable(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (errnoOf(error) !== 'EACCES' || statSync(file).uid !== process.geteuid?.()) throw error;
    chmodSync(file, 0o600);
    return openSync(file, 'r');
  }
}

function readOpen(descriptor: number, identity: string): Omit<Found, 'owner'> {
  const none = Buffer.alloc(0);
  try {
    return { bytes: readAll(descriptor, Number(identity.split('.')[3])), identity };
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EISDIR') return { bytes: none, identity: aDirectory, unreadable: 'it is a directory' };
    // The disk says that these bytes are lost.
    if (code === 'EIO') return { bytes: none, identity, unreadable: "it can't be read: EIO" };
    throw error;
  }
}
