import {
  close,
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  fsyncSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Directory } from '../../../surroundings/directory.js';
import { ensureOwner, type Ownership } from './ownership.js';
import { identityOf, type OpenFile } from './state.js';

function flush(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => fsync(descriptor, (error) => (error ? reject(error) : resolve())));
}

/** A new private file that is written, and not on the disk yet. */
export type Staged = OpenFile;

/**
 * Writes a new private file. Short calls are synchronous: a trip through the thread pool costs more than they do.
 * @param owner default: the user that makes it
 */
export function stage(place: string, bytes: Uint8Array, owner?: Ownership): Staged {
  // Exclusive: a link planted at this name is refused, not followed.
  const descriptor = openSync(place, 'wx+', 0o600);
  try {
    writeAll(descriptor, bytes);
    // One call for all there is to know.
    const stats = fstatSync(descriptor, { bigint: true });
    ensureOwner(descriptor, { uid: Number(stats.uid), gid: Number(stats.gid) }, owner);
    // The umask cuts the mode given to open: with umask 0700 the owner could not read its own file. The mode is set only
    // where it is wrong: to set it is a change of the file system like any other, and may wait for the disk.
    if ((stats.mode & 0o777n) !== 0o600n) fchmodSync(descriptor, 0o600);
    return { descriptor, identity: identityOf(stats) };
  } catch (error) {
    closeSync(descriptor);
    // Part of a secret may be in it, and no other process would remove it.
    remove(place);
    throw error;
  }
}

/**
 * Returns once all the files are on the disk.
 *
 * Any error abandons them: after a failed fsync the kernel marks the pages clean, so asking again
 * would report a success that never happened (Rebello et al., "Can Applications Recover from fsync
 * Failures?", ATC 2020).
 */
export async function flushAll(files: readonly Staged[]): Promise<void> {
  const descriptors = files.map(({ descriptor }) => descriptor);
  const last = descriptors.pop();
  // Side by side: the disk serves them together.
  const others = Promise.allSettled(descriptors.map((descriptor) => flush(descriptor)));
  const [flushed] = await Promise.allSettled([last === undefined ? undefined : flushAtOnce(last)]);
  for (const result of [...(await others), flushed]) if (result.status === 'rejected') throw result.reason;
}

/** A disk that answers faster than this is waited for. The trip through the thread pool and back would double the time. */
const quickMs = 1;
let isDiskQuick = false;

async function flushAtOnce(descriptor: number): Promise<void> {
  const start = performance.now();
  try {
    if (isDiskQuick) fsyncSync(descriptor);
    else await flush(descriptor);
  } finally {
    // After one slow answer, the next one does not keep the process from its other work.
    isDiskQuick = performance.now() - start < quickMs;
  }
}

/** In the background: the last close of a replaced file frees its blocks, which nothing needs to wait for. */
export function closeLater(files: readonly Staged[]): void {
  for (const file of files) {
    // Once only: the number may soon be that of another file or connection.
    if (file.descriptor !== closed) close(file.descriptor, () => {});
    file.descriptor = closed;
  }
}

const closed = -1;

/** A write may be short (a full disk, a file size limit) without being an error: published, it would be a torn file. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    const count = writeSync(descriptor, bytes, written);
    if (count === 0) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
    written += count;
  }
}

/** Makes the directory's names durable. Windows has no such call, and needs none for a rename. */
export async function syncDirectory({ descriptor }: Directory): Promise<void> {
  if (descriptor !== undefined) await flushAtOnce(descriptor);
}

/** Removes a file that has just been made. */
function remove(place: string): void {
  try {
    unlinkSync(place);
  } catch {
    // It is gone with its intent, or the next writer removes it. The error before this one is the one to report.
  }
}
