import { type BigIntStats, closeSync, statSync } from 'node:fs';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf } from '../../../errors/store-error.js';
import { readAll } from '../../../surroundings/reading.js';
import { openRegular } from '../../../surroundings/regular-file.js';
import type { Document } from '../../document/document.js';
import type { DocumentFormat } from '../../document/format.js';
import { readDamaged } from '../../tolerant/read.js';
import type { Ownership } from './ownership.js';
import type { Site } from './site.js';

/** What the file holds at one instant. */
export type FileState =
  | { kind: 'valid'; identity: string; bytes: Buffer; document: Document; owner?: Ownership | undefined }
  /** Never written, or removed by a user to log out: an empty document either way. */
  | { kind: 'missing'; identity: typeof noFile }
  /** Empty, torn, or not a JSON object: it yields to the last committed state. */
  | { kind: 'corrupt'; identity: string; bytes: Buffer; reason: string; owner?: Ownership | undefined };

/** A file of a known identity that is still open. */
export interface OpenFile {
  descriptor: number;
  identity: string;
}

/** The identity of a missing file. */
export const noFile = 'none';

/**
 * Reads the file.
 * @param known a state whose document need not be parsed again if the bytes are the same
 * @throws StoreError `E_IO` where the file can't be read at all, or is no file. Nothing may be concluded from that about its
 * content
 */
export function readState(site: Site, known?: FileState): FileState {
  const { state, open } = openState(site, known);
  if (open) closeSync(open.descriptor);
  return state;
}

/** The same, and the file stays open: the caller closes it. */
export function openState(site: Site, known?: FileState): { state: FileState; open: OpenFile | undefined } {
  const found = readFile(site);
  if (found === undefined) return { state: { kind: 'missing', identity: noFile }, open: undefined };
  return { state: stateOf(found, site.format, known), open: found };
}

function stateOf(
  { bytes, identity, owner, unreadable }: Found,
  format: DocumentFormat,
  known: FileState | undefined,
): FileState {
  if (unreadable) return { kind: 'corrupt', identity, bytes, reason: unreadable, owner };
  const isKnown = known?.kind === 'valid' && known.bytes.equals(bytes);
  const document = isKnown ? known.document : format.parse(bytes);
  if (document) return { kind: 'valid', identity, bytes, document, owner };
  return {
    kind: 'corrupt',
    identity,
    bytes,
    owner,
    // Computed on demand: a file is read again and again while it is written in place.
    get reason() {
      return reasonOf(bytes, format);
    },
  };
}

/** The kind of the fault and its place, never the content. */
function reasonOf(bytes: Buffer, { name }: DocumentFormat): string {
  if (bytes.length === 0) return 'it is empty';
  if (name !== 'json' && bytes.includes(0))
    return `there are zeros among its ${bytes.length} bytes, as a crash leaves them`;
  if (name !== 'json') return `its ${bytes.length} bytes are no text in UTF-8`;
  const { fault } = readDamaged(bytes);
  const where = fault ? ` (line ${fault.line}, column ${fault.column}: ${fault.kind})` : '';
  return `its ${bytes.length} bytes are not one JSON object${where}`;
}

/**
 * Does the file no longer hold what it held? Compares the bytes: size and time may stay the same within one tick of the clock.
 * @param open the file that was seen, if it is still open. As long as it is, no other file can have its inode number
 */
export function hasChanged(site: Site, seen: FileState, open?: OpenFile): boolean {
  if (open && seen.kind === 'valid' && isStillThere(site, open))
    return !readAll(open.descriptor, seen.bytes.length).equals(seen.bytes);
  return !isSame(readState(site, seen), seen);
}

function isStillThere({ place }: Site, { identity }: OpenFile): boolean {
  const stats = statSync(place, { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && identityOf(stats) === identity;
}

export function isSame(a: FileState, b: FileState): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  return a.kind === b.kind && a.bytes.equals(b.bytes);
}

/** Distinguishes a file from others, and from itself after a change. A rename does not change it. */
export function identityOf({ dev, ino, birthtimeNs, size, mtimeNs }: BigIntStats): string {
  // The birth in milliseconds, which is the precision that every runtime has.
  return [dev, ino, birthtimeNs / 1_000_000n, size, mtimeNs].join('.');
}

const wholeMs = /^(.*\d)000000$/;

/**
 * Do both identities belong to one unchanged file? Deno has the times of a file in whole milliseconds, the others in
 * nanoseconds, and each must recognise what another has recorded. Two changes within a millisecond look alike on many kernels
 * anyway, because their file clock ticks every four.
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
 * Do both identities belong to one file, perhaps changed in place? The time of birth counts, too: the inode number of a file
 * that was just replaced is often given to the next new one. False where the file system has no time of birth.
 */
export function isSameInode(a: string, b: string): boolean {
  const inodeOf = (identity: string) => identity.split('.').slice(0, 3).join('.');
  return a.includes('.') && inodeOf(a) === inodeOf(b);
}

interface Found extends OpenFile {
  bytes: Buffer;
  owner: Ownership;
  /** Why there are no bytes, though there is a file. */
  unreadable?: string;
}

function readFile({ location, file }: Site): Found | undefined {
  const opened = openRegular(location, location.name);
  if (!opened) return undefined;
  const { descriptor, stats } = opened;
  try {
    // Taken before the bytes: if the file changes in between, the identity is the older one, and the next read sees a change.
    const owner = { uid: Number(stats.uid), gid: Number(stats.gid) };
    return { ...readOpen(descriptor, stats), descriptor, identity: identityOf(stats), owner };
  } catch (error) {
    closeSync(descriptor);
    throw ioError('read', file, error);
  }
}

function readOpen(descriptor: number, { size }: BigIntStats): Pick<Found, 'bytes' | 'unreadable'> {
  try {
    return { bytes: readAll(descriptor, Number(size)) };
  } catch (error) {
    // The disk reports that these bytes are lost.
    if (errnoOf(error) === 'EIO') return { bytes: Buffer.alloc(0), unreadable: "it can't be read: EIO" };
    throw error;
  }
}
