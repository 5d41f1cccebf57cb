import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, linkSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf } from '../../../errors/store-error.js';
import { readAll } from '../../../surroundings/reading.js';
import { openRegular } from '../../../surroundings/regular-file.js';
import type { Site } from '../disk/site.js';
import { stage } from '../disk/stage.js';
import type { FileState } from '../disk/state.js';
import { unlinkIfThere } from '../queue/intents.js';

const newestKept = 3;
const namesMax = 10;

/** A file that is about to be replaced, and holds more than its replacement. */
export type Doomed = Pick<Extract<FileState, { kind: 'corrupt' }>, 'bytes' | 'identity' | 'owner'>;

/**
 * Keeps such bytes, of a damaged file for instance, beside the file as `<file>.corrupt-<hash>`, before anything replaces them.
 * It makes a link rather than a copy: a foreign writer that is still at work goes on into the quarantined inode,
 * not into the restored file. The name is the content's hash, so a fault that repeats does not fill the disk.
 * @param how `copy` where the bytes are not those of the file
 * @param salt makes a name of its own, which nobody else keeps the same content under
 * @returns the path of what was kept
 */
export function quarantine(site: Site, doomed: Doomed, how: 'link' | 'copy' = 'link', salt = ''): string {
  const { bytes, identity } = doomed;
  // Bytes that can't be read are known by the identity of their file alone.
  const known = bytes.length > 0 ? bytes : identity.split('.')[3] === '0' ? '' : identity;
  const hash = createHash('sha256').update(known).update(salt).digest('hex').slice(0, 16);
  for (let count = 1; count <= namesMax; count++) {
    const name = site.nameOf(`corrupt-${hash}${count > 1 ? `-${count}` : ''}`);
    if (!keepAs(site, name, doomed, how)) continue;
    prune(site, name);
    return path.join(site.directory.path, name);
  }
  throw ioError('keep what is replaced of', site.file, new Error('its places are taken by other files'));
}

/** @returns false if another content has this name, which can be known beforehand: the bytes would not be kept */
function keepAs(site: Site, name: string, doomed: Doomed, how: 'link' | 'copy'): boolean {
  const { directory, place } = site;
  // A link leads to a file that is not ours.
  if (lstatSync(directory.at(name), { throwIfNoEntry: false })?.isSymbolicLink()) {
    unlinkIfThere(directory.at(name), path.join(directory.path, name));
  }
  try {
    if (how === 'copy' || isRoots(site, doomed)) copy(site, name, doomed);
    else linkSync(place, directory.at(name));
  } catch (error) {
    // Some file systems have no hard links: a copy then, exclusive like everything we create.
    if (errnoOf(error) !== 'EEXIST') copy(site, name, doomed);
  }
  return makePrivate(site, name, doomed);
}

/** A file of root's with two names in a user's directory is never trusted. */
function isRoots({ location }: Site, { owner }: Doomed): boolean {
  return location.trust.principal !== undefined && owner?.uid === 0;
}

function copy({ directory }: Site, name: string, { bytes, owner }: Doomed): void {
  try {
    const { descriptor } = stage(directory.at(name), bytes, owner);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST')
      throw ioError('keep what is replaced as', path.join(directory.path, name), error);
  }
}

/** @returns false if the file does not hold the bytes that were to be kept */
function makePrivate({ location }: Site, name: string, { bytes }: Doomed): boolean {
  const opened = openRegular(location, name);
  if (!opened) return false;
  const { descriptor, stats } = opened;
  try {
    if (
      bytes.length > 0 &&
      !readAll(descriptor, Number(stats.size)).subarray(0, bytes.length).equals(bytes)
    ) {
      return false;
    }
    // The name can be known beforehand: a file of root's that a user has put there must not be changed.
    const isTheirs = (location.trust.principal?.uid ?? Number(stats.uid)) === Number(stats.uid);
    if (isTheirs && (stats.mode & 0o777n) !== 0o600n) fchmodSync(descriptor, 0o600);
    return true;
  } finally {
    closeSync(descriptor);
  }
}

/** Keeps the oldest, which is what the user lost first, and the newest. Those between go. */
function prune(site: Site, kept: string): void {
  const { directory } = site;
  const prefix = site.nameOf('corrupt-');
  const oldestFirst = readdirSync(directory.self)
    .filter((name) => name.startsWith(prefix) && name !== kept)
    .map((name) => ({
      name,
      changed: lstatSync(directory.at(name), { throwIfNoEntry: false })?.ctimeMs ?? 0,
    }))
    .sort((a, b) => a.changed - b.changed);
  for (const { name } of oldestFirst.slice(1, 1 - newestKept)) {
    unlinkIfThere(directory.at(name), path.join(directory.path, name));
  }
}
