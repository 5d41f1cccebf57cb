import fs from 'node:fs';
import type { Subject } from '../core/scenario.js';
import type { TargetModule } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import { isNotWhole } from '../programs/not-whole.js';
import { identifyAll } from '../workload/values.js';
import type { Disk } from './disk.js';
import { placeInJson } from './place-in-json.js';

/** Where a file is read. */
type Reads = Pick<Disk, 'readFileSync'>;

/** How the bytes of a file are read; a target may bring its own way. */
export type ReadBytes = NonNullable<TargetModule['read']>;

/**
 * Reads the file as a program would that knows nothing of any store. In a token file it can name only the entries that are
 * no tokens, because a hash does not show which token it belongs to.
 * @param read of a target whose file is not a JSON object with a member for each entry
 * @returns the entries, or what is wrong with the file
 */
export function readEntries(
  file: string,
  subject: Subject = 'credentials',
  read?: ReadBytes,
  disk: Reads = fs,
): Record<string, ValueId> | string {
  const bytes = bytesOf(file, disk);
  return typeof bytes === 'string' ? bytes : entriesIn(bytes, subject, read);
}

/** The same of bytes that were read already. */
export function entriesIn(
  bytes: Buffer,
  subject: Subject = 'credentials',
  read?: ReadBytes,
): Record<string, ValueId> | string {
  const found = rawIn(bytes, read);
  if (typeof found === 'string') return found;
  const entries = identifyAll(found);
  if (subject === 'credentials') return entries;
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => !value.startsWith('!')));
}

/** The same, with the values as they stand there. */
export function readRaw(file: string, read?: ReadBytes, disk: Reads = fs): Record<string, unknown> | string {
  const bytes = bytesOf(file, disk);
  return typeof bytes === 'string' ? bytes : rawIn(bytes, read);
}

function bytesOf(file: string, disk: Reads): Buffer | string {
  try {
    return disk.readFileSync(file);
  } catch (error) {
    return whyUnread(error);
  }
}

/** What is wrong with a file that could not be read. Some entries are in it all the time, and no client removes it. */
export function whyUnread(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'it is missing' : `it can't be read: ${code}`;
}

function rawIn(bytes: Buffer, read: ReadBytes | undefined): Record<string, unknown> | string {
  if (bytes.length === 0) return 'it is empty';
  return read === undefined ? parse(bytes.toString()) : readBy(read, bytes);
}

function parse(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : 'it is JSON, but not an object';
  } catch (error) {
    return `its ${text.length} characters are not JSON${placeInJson(error, text)}`;
  }
}

/** The message of an error may quote the file, so only its kind is passed on. */
function readBy(read: ReadBytes, bytes: Buffer): Record<string, unknown> | string {
  try {
    const value: unknown = read(bytes);
    return isObject(value) ? value : "the target's read() gives no object";
  } catch (error) {
    // Our own error, which quotes nothing.
    if (isNotWhole(error)) return error.message;
    return `the target's read() threw ${error instanceof Error ? error.name : typeof error}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
