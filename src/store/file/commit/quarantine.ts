import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../errors.js';
import { unlinkIfThere } from '../lease/intents.js';
import { ioError, type Paths } from '../paths.js';
import { aDirectory, type FileState } from '../state.js';
import type { Ownership } from './ownership.js';
import { stage } from './stage.js';

const newestKept = 3;

type Corrupt = Extract<FileState, { kind: 'corrupt' }>;

/**
 * Keeps the unusable bytes beside the file as `<file>.corrupt-<hash>`, before anything replaces them.
 * A link rather than a copy: a foreign writer that is still at work goes on into the quarantined inode,
 * not into the restored file. The name is the content's hash, so a fault that repeats does not fill the disk.
 * @returns where they are; undefined for a directory, which is removed if it is empty and left alone if it is not
 */
export function quarantine(paths: Paths, { bytes, identity, owner }: Corrupt): string | undefined {
  if (identity === aDirectory) return undefined;
  // Of bytes that can't be read nothing is known but whose they are.
  const known = bytes.length > 0 ? bytes : identity.split('.')[3] === '0' ? '' : identity;
  const place = `${paths.file}.corrupt-${createHash('sha256').update(known).digest('hex').slice(0, 16)}`;
  // Its name can be known beforehand, so a link may have been planted there: the bytes would be kept nowhere.
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkIfThere(place);
  try {
    linkSync(paths.file, place);
  } catch (error) {
    const code = errnoOf(error);
    // Some file systems have no hard links: a copy then, exclusive like everything we create.
    if (code !== 'EEXIST') copy(place, bytes, owner);
  }
  makePrivate(place);
  prune(paths, path.basename(place));
  return place;
}

function copy(place: string, bytes: Uint8Array, owner: Ownership | undefined): void {
  try {
    const { descriptor } = stage(place, bytes, owner);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw ioError('keep the unusable content as', place, error);
  }
}

/** Only what stands there itself, not where a link leads. */
function makePrivate(place: string): void {
  const descriptor = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
}

/** The first of them is what the user lost first, the newest what happens now; those between go. */
function prune(paths: Paths, kept: string): void {
  const prefix = `${path.basename(paths.file)}.corrupt-`;
  const oldestFirst = readdirSync(paths.directory)
    .filter((name) => name.startsWith(prefix) && name !== kept)
    .map((name) => path.join(paths.directory, name))
    .map((place) => ({ place, changed: statSync(place, { throwIfNoEntry: false })?.ctimeMs ?? 0 }))
    .sort((a, b) => a.changed - b.changed);
  for (const { place } of oldestFirst.slice(1, 1 - newestKept)) unlinkIfThere(place);
}
