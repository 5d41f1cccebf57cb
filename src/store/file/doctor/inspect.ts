import { accessSync, constants, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, StoreError, withoutHint } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import { kindOf } from '../../../surroundings/kind.js';
import { doubledKeys, parseDocument } from '../../document/document.js';
import { otherFormatOf, readLastCommitted } from '../commit/last-committed.js';
import { type Site, Sites } from '../disk/site.js';
import { readState } from '../disk/state.js';
import type { Access, Content, Inspection, Kept } from './inspection.js';
import { linksOn } from './links.js';
import { fileSystemOf } from './mounts.js';
import { namesIn } from './names-in.js';
import { listParticipants, type Participant } from './participants.js';
import { hasDoubled, readableIn, readableKept } from './readable.js';
import { type Trial, tryToWrite } from './trial.js';

const nowhere: Access = { mode: 0, uid: 0, changedMs: 0 };

/**
 * Inspects the file and its surroundings, and changes nothing: what a write needs is tried beside the file, and removed
 * again. Never fails: what can't be inspected is reported as such.
 */
export function inspectFile(file: string): Inspection {
  const given = path.resolve(file);
  const links = linksOn(given);
  // The path as it was given: a pipe that a shell has made has no other path.
  const other = statOf(given);
  if (other && !other.isFile()) {
    const found = kindOf(other);
    const reason = `it is ${found}, not a file`;
    return {
      ...nothingAt(given, links),
      content: {
        kind: 'unreadable',
        reason,
        found,
        isEmptyDirectory: other.isDirectory() && isEmpty(given),
      },
      trial: notTried(reason),
    };
  }
  let site: Site | undefined;
  try {
    // An unsafe file is inspected, too, because that changes nothing.
    site = new Sites(given, true).find();
  } catch (error) {
    return { ...nothingAt(given, links), content: unreachable(error), file: undefined };
  }
  if (!site) return nothingAt(given, links);
  try {
    const unsafe = refusalOf(given);
    const trial = unsafe ? notTried('it is not safe to use') : tryToWrite(site);
    return { ...inspectSite(site), given, links, unsafe, trial };
  } finally {
    site.release();
  }
}

function nothingAt(given: string, links: Inspection['links']): Inspection {
  return {
    given,
    links,
    file: given,
    access: undefined,
    place: fileSystemOf(given),
    content: { kind: 'missing' },
    directory: inspectDirectory(path.dirname(given)),
    copy: { state: 'missing' },
    intents: { state: 'missing', participants: [] },
    guards: [],
    foreignLocks: [],
    quarantined: [],
    unsafe: refusalOf(given),
    trial: tryToMake(path.dirname(given)) ?? notTried('its directory is not there yet'),
  };
}

/** Could the first write make this directory? Undefined unless it certainly could not. */
function tryToMake(directory: string): Trial | undefined {
  let above = directory;
  while (!statOf(above, lstatSync) && above !== path.dirname(above)) above = path.dirname(above);
  if (above === directory) return undefined;
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return {
      kind: 'impossible',
      reason: `could not make ${directory}: ${above} can't be written (${reasonOf(error)})`,
      todo: 'See whose directory that is, and whether HOME and XDG_DATA_HOME are what you mean',
    };
  }
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    // A directory that can't be listed may hold something.
    return false;
  }
}

function notTried(reason: string): Trial {
  return { kind: 'untried', reason };
}

function unreachable(error: unknown): Content {
  return { kind: 'unreadable', reason: `the way to it can't be followed (${reasonOf(error)})` };
}

/** The refusal of the store itself. */
function refusalOf(file: string): Inspection['unsafe'] {
  try {
    new Sites(file).find()?.release();
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'E_UNSAFE') return undefined;
    return { reason: withoutHint(error), todo: error.hint ?? '' };
  }
}

function inspectSite(site: Site): Omit<Inspection, 'given' | 'links' | 'unsafe' | 'trial'> {
  const { file, directory, place } = site;
  const stats = statOf(place);
  const content = inspectContent(site);
  return {
    file,
    content,
    place: fileSystemOf(file),
    access: stats && { ...accessOf(stats), size: stats.size, hardLinks: stats.nlink },
    directory: inspectDirectory(directory.path),
    copy: inspectCopy(site, content),
    intents: inspectIntents(directory.at(site.nameOf('intents'))),
    guards: guardsIn(directory.at(site.nameOf('guard'))),
    foreignLocks: keptIn(directory, (name) => name === site.nameOf('lock')),
    quarantined: keptIn(directory, (name) => name.startsWith(site.nameOf('corrupt-'))).map((kept) => ({
      ...kept,
      readable: kept.found === undefined ? readableKept(site, kept.name) : undefined,
    })),
  };
}

function inspectContent(site: Site): Content {
  try {
    const state = readState(site);
    if (state.kind === 'missing') return { kind: 'missing' };
    if (state.kind === 'corrupt')
      return { kind: 'corrupt', reason: state.reason, ...readableIn(state.bytes) };
    return {
      kind: 'valid',
      entries: state.document.size,
      doubled: [...doubledKeys(state.document)],
      doubledWithin: [...state.document].filter(([, raw]) => hasDoubled(raw)).map(([key]) => key),
    };
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

/** The system's own code, which an error of ours has in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return errnoOf(cause) ?? errnoOf(error) ?? 'it was refused';
}

function inspectCopy(site: Site, content: Content): Inspection['copy'] {
  const stats = statOf(site.last, lstatSync);
  if (!stats) return { state: 'missing' };
  if (!stats.isFile()) return { state: 'unusable', found: kindOf(stats) };
  const mode = stats.mode & 0o777;
  const bytes = bytesOfCopy(site);
  const document = bytes && parseDocument(bytes);
  if (!bytes || !document) {
    const otherFormat = otherFormatOf(site);
    return otherFormat === undefined ? { state: 'unusable', mode } : { state: 'unusable', mode, otherFormat };
  }
  const same = content.kind === 'valid' && isContent(site, bytes);
  return { state: 'usable', mode, entries: document.size, sameAsFile: same };
}

function bytesOfCopy(site: Site): Buffer | undefined {
  try {
    return readLastCommitted(site)?.bytes;
  } catch {
    return undefined;
  }
}

function isContent(site: Site, bytes: Buffer): boolean {
  try {
    const state = readState(site);
    return state.kind !== 'missing' && state.bytes.equals(bytes);
  } catch {
    return false;
  }
}

function inspectIntents(directory: string): Inspection['intents'] {
  const stats = statOf(directory, lstatSync);
  if (!stats) return { state: 'missing', participants: [] };
  const mode = stats.mode & 0o777;
  if (!stats.isDirectory()) return { state: 'foreign', mode, participants: [] };
  try {
    return { state: 'directory', mode, participants: listParticipants(directory) };
  } catch {
    return { state: 'unreadable', mode, participants: [] };
  }
}

/** Dead ones are passed, and silent ones, too. */
function guardsIn(directory: string): Participant[] {
  try {
    return listParticipants(directory).filter(
      ({ kind, owner }) => kind === 'waits' && owner?.state !== 'dead',
    );
  } catch {
    // There is no such directory: no guard was ever there, or the last one has removed it.
    return [];
  }
}

function inspectDirectory(directory: string): Inspection['directory'] {
  const stats = statOf(directory);
  if (!stats) return { ...nowhere, exists: false, writable: false };
  const access = accessOf(stats);
  if (!stats.isDirectory()) return { ...access, exists: true, writable: false, refusal: 'ENOTDIR' };
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return { ...access, exists: true, writable: true };
  } catch (error) {
    return { ...access, exists: true, writable: false, refusal: reasonOf(error) };
  }
}

function keptIn(directory: Directory, wanted: (name: string) => boolean): Kept[] {
  return namesIn(directory.self)
    .filter(wanted)
    .flatMap((name) => {
      const stats = statOf(directory.at(name), lstatSync);
      if (!stats) return [];
      const kept = { name, size: stats.size, ...accessOf(stats) };
      return [stats.isFile() ? kept : { ...kept, found: kindOf(stats) }];
    })
    .sort((a, b) => b.changedMs - a.changedMs);
}

function accessOf(stats: Stats): Access {
  return { mode: stats.mode & 0o7777, uid: stats.uid, changedMs: stats.mtimeMs };
}

function statOf(place: string, stat: typeof statSync | typeof lstatSync = statSync): Stats | undefined {
  try {
    return stat(place);
  } catch {
    return undefined;
  }
}
