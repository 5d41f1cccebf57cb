import { closeSync, fsyncSync, linkSync, mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { adviceIn, ioError } from '../../../errors/io-error.js';
import { errnoOf, StoreError, withoutHint } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import type { Site } from '../disk/site.js';
import { stage } from '../disk/stage.js';
import { readState } from '../disk/state.js';
import { newNonce } from '../queue/owner.js';

/** Whether a write would succeed. All that it needs was tried, except to replace the file. */
export type Trial =
  | { kind: 'possible' }
  | { kind: 'impossible'; reason: string; todo: string }
  /** There is nothing to try. */
  | { kind: 'untried'; reason: string };

/**
 * Tries beside the file what a commit does. It makes a directory, and in it a file of the same owner, on the disk. It makes an
 * intent if there is a directory for it. And it links the file itself, which fails as a rename onto it would if it is a mount
 * of its own. It leaves nothing behind, and never touches the file: a rename onto it, even of itself, could undo the commit
 * of another process.
 */
export function tryToWrite(site: Site): Trial {
  const name = site.nameOf(`trial-${newNonce()}`);
  const { directory, file } = site;
  try {
    make(directory, name, file);
    try {
      const trial = directory.child(name);
      try {
        tryInside(site, trial);
      } finally {
        for (const made of ['new', 'link']) removeIfThere(() => unlinkSync(trial.at(made)));
        trial.close();
      }
    } finally {
      removeIfThere(() => rmdirSync(directory.at(name)));
    }
    tryIntent(site);
    return { kind: 'possible' };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const failure = error instanceof StoreError ? error : ioError('write', file, error);
    return {
      kind: 'impossible',
      reason: withoutHint(failure),
      todo: todoFor(error, failure.hint ?? ''),
    };
  }
}

function tryInside(site: Site, trial: Directory): void {
  const state = readState(site);
  const owner = (state.kind === 'missing' ? undefined : state.owner) ?? site.owner;
  const staged = stage(trial.at('new'), Buffer.from('{}'), owner);
  try {
    fsyncSync(staged.descriptor);
  } finally {
    closeSync(staged.descriptor);
  }
  if (state.kind === 'missing') return;
  try {
    linkSync(site.place, trial.at('link'));
  } catch (error) {
    const code = errnoOf(error);
    // Another process has replaced it meanwhile, which shows that it can be replaced. Or the file system has no hard links.
    if (code !== 'ENOENT' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'EMLINK')
      throw ioError('replace', site.file, error);
  }
}

function tryIntent(site: Site): void {
  const place = `${site.file}.intents`;
  let intents: Directory;
  try {
    intents = site.directory.child(site.nameOf('intents'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw ioError('open', place, error);
  }
  try {
    const name = `trial-${newNonce()}`;
    make(intents, name, place);
    removeIfThere(() => rmdirSync(intents.at(name)));
  } finally {
    intents.close();
  }
}

function make(directory: Directory, name: string, where: string): void {
  try {
    mkdirSync(directory.at(name), { mode: 0o700 });
  } catch (error) {
    throw ioError('make anything beside', path.join(where), error);
  }
}

function removeIfThere(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** The advice without "Nothing was written": the trial is no write. */
function todoFor(error: unknown, hint: string): string {
  if (errnoOf(error) === 'EPERM') return 'Use it as its owner';
  return adviceIn(hint);
}
