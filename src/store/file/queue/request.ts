import { ioError } from '../../../errors/io-error.js';
import { errnoOf, StoreError } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import { readRegular } from '../../../surroundings/regular-file.js';
import type { Edit } from '../../document/change.js';
import type { Site } from '../disk/site.js';

/** The content of a request: a change as data, on one line with a newline at its end. */
export function encodeRequest(edits: readonly Edit[]): string {
  return `${JSON.stringify(edits.map(({ key, raw }) => [key, raw ?? null]))}\n`;
}

/** Undefined where the request is gone or incomplete: its owner may be in the middle of writing it. */
export function readRequest({ location }: Site, intents: Directory, name: string): Edit[] | undefined {
  try {
    const text = readRegular({ ...location, directory: intents }, name)?.bytes.toString('utf8');
    return text?.endsWith('\n') ? decode(text) : undefined;
  } catch (error) {
    // Root has just made it, and has not given it to us yet.
    const cause = error instanceof StoreError ? error.cause : error;
    if (errnoOf(cause) === 'EACCES') return undefined;
    // No file, or another user's: it is no request, and in no process's way.
    if (error instanceof StoreError && errnoOf(cause) === undefined) return undefined;
    throw error instanceof StoreError ? error : ioError('read', `${intents.path}/${name}`, error);
  }
}

function decode(text: string): Edit[] | undefined {
  try {
    return (JSON.parse(text) as [string, string | null][]).map(([key, raw]) => {
      // The value goes into a file that all share, so it is checked once more.
      if (raw !== null) JSON.parse(raw);
      return { key: String(key), raw: raw ?? undefined };
    });
  } catch {
    return undefined;
  }
}
