import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { errnoOf } from '../errors.js';
import { ioError } from './paths.js';

/**
 * The last-committed copy: one self-checked record beside the file, in an inode of its own, so that
 * nothing that damages the file damages it too.
 *
 * It is renamed into place *before* the file, from the same intent. So whenever the file holds a state
 * of ours, the copy holds that state or one prepared later, and restoring from it loses no acknowledged write.
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
  /** The exact bytes of the file. */
  bytes: Buffer;
}

const magic = 'holdfast-last-committed-1';

export function encodeLastCommitted({ id, epoch, bytes }: LastCommitted): Buffer {
  return Buffer.concat([Buffer.from(`${magic} ${id} ${epoch} ${checksum(id, epoch, bytes)}\n`), bytes]);
}

/** Undefined for anything but a complete record whose checksum is right. */
export function decodeLastCommitted(record: Buffer): LastCommitted | undefined {
  const end = record.indexOf('\n');
  const [found, id = '', epoch = '', sum] = record
    .subarray(0, Math.max(end, 0))
    .toString('latin1')
    .split(' ');
  const bytes = record.subarray(end + 1);
  if (found !== magic || sum !== checksum(id, epoch, bytes)) return undefined;
  return { id, epoch, bytes };
}

/** Undefined if there is none that can be used: it is needed only where the file can't be used either. */
export function readLastCommitted(file: string): LastCommitted | undefined {
  try {
    return decodeLastCommitted(readFileSync(file));
  } catch (error) {
    const code = errnoOf(error);
    // Says that this process is short of descriptors, not that there is no copy.
    if (code === 'EMFILE' || code === 'ENFILE') throw ioError('read', file, error);
    return undefined;
  }
}

function checksum(id: string, epoch: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${id} ${epoch}\n`).update(bytes).digest('hex');
}
