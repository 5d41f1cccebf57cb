import { readFileSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, StoreError } from '../../errors/store-error.js';
import { readKeys } from '../../etcd/address.js';
import { isSealed, Seal } from '../../etcd/seal.js';
import { wallClock } from '../../wall-clock.js';
import { createNewFile } from '../auth/new-file.js';
import { NothingMatchedError, UsageError } from '../usage-error.js';

export type Entry = [key: string, value: unknown];

/** What is sealed: all entries in one text, so that none can be changed, moved or left out, and no name can be read. */
interface Content {
  version: 1;
  /** In milliseconds since 1970. */
  exportedAt: number;
  entries: Entry[];
}

/** Stands for the place in the seal: a sealed value of a store is no export, and an export is no value of a store. */
const name = 'export';

/** Writes the entries to a new file, sealed by the first key. @returns its path */
export function writeSealedFile(given: string, keys: string, entries: readonly Entry[]): string {
  const seal = new Seal(readKeys(keys), name, given);
  const file = createNewFile(given, '--to', {
    exists: 'an export never replaces a file',
    done: 'nothing was exported',
  });
  try {
    const content: Content = { version: 1, exportedAt: wallClock(), entries: [...entries] };
    file.write(`${seal.seal(name, JSON.stringify(content))}\n`);
  } catch (error) {
    file.cancel();
    const code = errnoOf(error);
    if (code === undefined) throw error;
    throw new StoreError('E_IO', `the export could not be written to ${file.file}: ${code}`, {
      definite: true,
      file: file.file,
      hint: 'Nothing was exported, and no file is left',
    });
  } finally {
    file.close();
  }
  return file.file;
}

/**
 * @throws UsageError for a file that is not there, and for what is no export
 * @throws StoreError `E_CORRUPT` where no key opens it
 */
export function readSealedFile(given: string, keys: string): Entry[] {
  const file = path.resolve(given);
  const hint = 'Give the file of keys that it was exported with, or another copy of the export';
  const seal = new Seal(readKeys(keys), name, file, hint);
  const text = textOf(file).trim();
  if (!isSealed(text))
    throw new UsageError(`${file} is no export`, 'expected a file that holdfast export has written');
  const content: Content = JSON.parse(seal.open(name, text));
  if (content.version === 1) return content.entries;
  throw new UsageError(
    `${file} is an export of version ${content.version}`,
    'this Holdfast reads version 1: use the one that has written it, or a newer one',
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw new NothingMatchedError(`there is no file ${file}`);
    throw new UsageError(`${file} can't be read: ${errnoOf(error)}`, 'expected an export');
  }
}
