import { readFileSync } from 'node:fs';
import { type Document, parseDocument } from '../document.js';
import { errnoOf } from '../errors.js';
import { ioError } from './paths.js';

/** What the file holds at one instant. */
export type FileState =
  | { kind: 'valid'; bytes: Buffer; document: Document }
  /** Never written, or removed by a user who meant to log out: an empty document either way. */
  | { kind: 'missing' }
  /** Empty, torn, or not a JSON object: it yields to the last committed state. */
  | { kind: 'corrupt'; bytes: Buffer; reason: string };

/** Fails with `E_IO` where the file can't be read at all: that says nothing of its content, so nothing may follow from it. */
export function readState(file: string): FileState {
  const bytes = readBytes(file);
  if (bytes === undefined) return { kind: 'missing' };
  const document = parseDocument(bytes);
  if (document) return { kind: 'valid', bytes, document };
  const reason = bytes.length === 0 ? 'it is empty' : `its ${bytes.length} bytes are not one JSON object`;
  return { kind: 'corrupt', bytes, reason };
}

/** Does the file no longer hold what it was seen to hold? By its bytes: size and time stay the same in one tick of its clock. */
export function hasChanged(file: string, seen: FileState): boolean {
  const bytes = readBytes(file);
  return seen.kind === 'missing' ? bytes !== undefined : bytes === undefined || !bytes.equals(seen.bytes);
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError('read', file, error);
  }
}

export function isSame(a: FileState, b: FileState): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  return a.kind === b.kind && a.bytes.equals(b.bytes);
}
