import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync } from 'node:fs';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf, StoreError } from '../../../errors/store-error.js';
import { openRegular, readRegular } from '../../../surroundings/regular-file.js';
import type { Generation } from '../../merge/generations.js';
import type { Site } from '../disk/site.js';

/**
 * The last-committed copy: one self-checked record beside the file, in an inode of its own, so that
 * nothing that damages the file damages it, too.
 *
 * It is renamed into place *before* the file, from the same intent. So whenever the file holds a state
 * of ours, the copy holds that state or one prepared later, and a restoration from it loses no acknowledged write.
 */
export interface LastCommitted {
  /** The commit that wrote it. */
  id: string;
  /**
   * Renewed whenever a state is restored from the copy, and whenever the copy is made afresh. A commit that
   * was fenced between the two renames may take effect through such a restoration only, so an unchanged
   * epoch proves that it did not.
   */
  epoch: string;
  /** The identity of the file that this commit was to replace. While that file is there, the commit has not happened. */
  replaces: string;
  /** That file was written from an old state, and lacks what this commit puts back. It must not be believed again. */
  replacesStale: boolean;
  /** The identity of the file that was renamed into place. If that file is there, the commit has happened. */
  identity: string;
  /** Requests that are part of the state, and whose owners had not seen that yet. */
  applied: string[];
  /** Requests that are part of the state from this commit on. */
  applying: string[];
  /** What the newest commits changed, the last one at the end. Fingerprints alone, no values. */
  generations: Generation[];
  /** The exact bytes of the file. */
  bytes: Buffer;
}

const magic = 'holdfast-last-committed-2';

/** A copy in another format must not be taken for one in JSON, nor by a program that knows JSON alone. */
function magicOf(format: string): string {
  return format === 'json' ? magic : `${magic}+${format}`;
}

const newline = 0x0a;

/** A line `<magic> <checksum of the rest>`, a line with all fields but the bytes, and the bytes. */
export function encodeLastCommitted({ bytes, generations, ...head }: LastCommitted, format = 'json'): Buffer {
  const others = JSON.stringify(head).slice(0, -1);
  const line = Buffer.from(`${others},"generations":[${generations.map(encodeGeneration).join()}]}\n`);
  return Buffer.concat([Buffer.from(`${magicOf(format)} ${checksum(line, bytes)}\n`), line, bytes]);
}

/**
 * The text of each generation. A commit adds one and hands the others on as they are. To encode 32 of them anew, each with the
 * keys of a batch, would take longer than the rest of the commit between its calls.
 */
const encoded = new WeakMap<Generation, string>();

function encodeGeneration(generation: Generation): string {
  const text = encoded.get(generation) ?? JSON.stringify(generation);
  encoded.set(generation, text);
  return text;
}

/** Undefined for anything but a complete record with the right checksum. */
export function decodeLastCommitted(record: Buffer, format = 'json'): LastCommitted | undefined {
  const lineAt = record.indexOf(newline) + 1;
  const bytesAt = record.indexOf(newline, lineAt) + 1;
  if (lineAt === 0 || bytesAt === 0) return undefined;
  const line = record.subarray(lineAt, bytesAt);
  const bytes = record.subarray(bytesAt);
  if (record.subarray(0, lineAt).toString('latin1') !== `${magicOf(format)} ${checksum(line, bytes)}\n`)
    return undefined;
  return { ...(JSON.parse(line.toString()) as Omit<LastCommitted, 'bytes'>), bytes };
}

/**
 * Undefined if there is no usable copy: it is needed only where the file is unusable, too.
 * @throws StoreError where the copy is no file, or another user's: its content would be put into the file
 */
export function readLastCommitted(site: Site): LastCommitted | undefined {
  try {
    const found = readRegular(site.location, site.nameOf('last'));
    return found && isOfItsFile(site, found.stats)
      ? decodeLastCommitted(found.bytes, site.format.name)
      : undefined;
  } catch (error) {
    const code = errnoOf(error instanceof StoreError ? error.cause : error);
    // The disk has lost the copy, or our permission was taken away: as if there were none.
    if (code === 'EIO' || code === 'EACCES') return undefined;
    throw error instanceof StoreError ? error : ioError('read', site.file, error);
  }
}

/** `ini`, say, of a copy that a run with another format has written. It is whole, and of no use here. */
export function otherFormatOf(site: Site): string | undefined {
  try {
    const record = readRegular(site.location, site.nameOf('last'))?.bytes;
    const line = record?.subarray(0, record.indexOf(newline)).toString('latin1') ?? '';
    const found = /^holdfast-last-committed-2(?:\+([ -~]+))? [0-9a-f]{64}$/.exec(line);
    const format = found ? (found[1] ?? 'json') : undefined;
    return format !== site.format.name && record && decodeLastCommitted(record, format) ? format : undefined;
  } catch {
    // It says nothing, then.
    return undefined;
  }
}

/**
 * When root acts for a user, it takes no copy of root's own. The user may have moved it here from beside a file of root's, to
 * have its content put into theirs.
 */
function isOfItsFile({ location }: Site, { uid }: BigIntStats): boolean {
  if (!location.trust.principal || uid !== 0n) return true;
  const file = openRegular(location, location.name);
  if (file) closeSync(file.descriptor);
  return file?.stats.uid === 0n;
}

function checksum(line: Uint8Array, bytes: Uint8Array): string {
  return createHash('sha256').update(line).update(bytes).digest('hex');
}
