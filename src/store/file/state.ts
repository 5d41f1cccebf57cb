import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Document, parseDocument } from '../document.js';
import { errnoOf } from '../errors.js';
import { ioError } from './paths.js';

/** What the file holds at one instant. */
export type FileState =
  | { kind: 'valid'; identity: string; bytes: Buffer; document: Document }
  /** Never written, or removed by a user who meant to log out: an empty document either way. */
  | { kind: 'missing'; identity: typeof noFile }
  /** Empty, torn, or not a JSON object: it yields to the last committed state. */
  | { kind: 'corrupt'; identity: string; bytes: Buffer; reason: string };

/** The identity of a file that is not there. */
export const noFile = 'none';

/**
 * Fails with `E_IO` where the file can't be read at all: that says nothing of its content, so nothing may follow from it.
 * @param known a state with a document that need not be parsed again if the bytes are the same
 */
export function readState(file: string, known?: FileState): FileState {
  const found = readFile(file);
  if (found === undefined) return { kind: 'missing', identity: noFile };
  const { bytes, identity } = found;
  const isKnown = known?.kind === 'valid' && known.bytes.equals(bytes);
  const document = isKnown ? known.document : parseDocument(bytes);
  if (document) return { kind: 'valid', identity, bytes, document };
  const reason = bytes.length === 0 ? 'it is empty' : `its ${bytes.length} bytes are not one JSON object`;
  return { kind: 'corrupt', identity, bytes, reason };
}

/** Does the file no longer hold what it was seen to hold? By its bytes: size and time stay the same in one tick of its clock. */
export function hasChanged(file: string, seen: FileState): boolean {
  const found = readFile(file);
  return seen.kind === 'missing' ? found !== undefined : !found?.bytes.equals(seen.bytes);
}

export function isSame(a: FileState, b: FileState): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  return a.kind === b.kind && a.bytes.equals(b.bytes);
}

/** Tells one file from another and from itself after a change. Renaming it changes nothing of this. */
export function identityOf(descriptor: number): string {
  const { dev, ino, size, mtimeNs } = fstatSync(descriptor, { bigint: true });
  return `${dev}.${ino}.${size}.${mtimeNs}`;
}

/** When the file of this identity was last written to, in milliseconds of the file system's clock; 0 for none. */
export function timeOf(identity: string): number {
  return identity === noFile ? 0 : Number(identity.split('.')[3]) / 1e6;
}

/** Of two identities: the same file, perhaps changed in place. */
export function isSameInode(a: string, b: string): boolean {
  const inodeOf = (identity: string) => identity.split('.').slice(0, 2).join('.');
  return a !== noFile && inodeOf(a) === inodeOf(b);
}

function readFile(file: string): { bytes: Buffer; identity: string } | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError('read', file, error);
  }
  try {
    // Before the bytes: if it changes in between, the identity is the older one, and the next look sees a change.
    const identity = identityOf(descriptor);
    return { bytes: readAll(descriptor, Number(identity.split('.')[2])), identity };
  } catch (error) {
    throw ioError('read', file, error);
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number, size: number): Buffer {
  // One more than there is: a read that does not fill it has met the end.
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let length = 0; ; ) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += count;
    if (count === 0) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}
