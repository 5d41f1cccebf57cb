import { encodeEntry } from '../../store/document/entries.js';
import type { Store } from '../../store/store.js';
import { note, shown } from '../auth/output.js';
import { UsageError } from '../usage-error.js';
import type { Entry } from './sealed-file.js';

/** What one commit of an engine can be. */
const entriesMax = 120;
/** An engine takes 1 MiB. */
const bytesMax = 900 * 1024;

/** Which of two entries stays, that of the target or the one that is copied. With neither, the target must be empty. */
export interface Winner {
  merge?: boolean;
  replace?: boolean;
}

/**
 * Writes the entries in as few commits as an engine takes.
 * @param to the target, for errors
 * @returns in how many commits, and what was there by then and has stayed
 * @throws StoreError `E_INPUT` before anything is written, for an entry that no store takes
 */
export async function writeInParts(
  target: Store,
  copied: readonly Entry[],
  { merge = false, replace = false }: Winner,
  to: string,
): Promise<{ parts: number; kept: string[] }> {
  const kept: string[] = [];
  let written = 0;
  const parts = partsOf(copied);
  for (const part of parts) {
    let found: string[] = [];
    const change = target.transaction((entries) => {
      // Another process may have been faster.
      if (!merge && !replace && part === parts[0] && entries.keys().length > 0) throw notEmpty(to);
      found = replace ? [] : part.map(([key]) => key).filter((key) => entries.get(key) !== undefined);
      if (!merge && found[0] !== undefined) throw wasWritten(found[0], to);
      for (const [key, value] of part) if (!found.includes(key)) entries.set(key, value);
    });
    await change.catch((error) => {
      if (written > 0)
        note(`${written} of ${copied.length} entries were copied to ${to}: --merge copies the rest`);
      throw error;
    });
    kept.push(...found);
    written += part.length - found.length;
  }
  return { parts: parts.length, kept };
}

function partsOf(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const more = bytesOf(entry);
    bytes += more;
    const last = parts.at(-1);
    if (last && last.length < entriesMax && bytes <= bytesMax) last.push(entry);
    else {
      parts.push([entry]);
      bytes = more;
    }
  }
  return parts;
}

/** As on an engine, where a name may be percent-encoded, and a value sealed. */
function bytesOf([key, value]: Entry): number {
  return 3 * Buffer.byteLength(key) + Math.ceil((4 / 3) * Buffer.byteLength(encodeEntry(key, value))) + 256;
}

export function notEmpty(to: string): UsageError {
  return new UsageError(
    `${to} is not empty`,
    'give --merge to keep what is there, or --replace to replace entries of the same name; nothing was written',
  );
}

function wasWritten(key: string, to: string): UsageError {
  return new UsageError(
    `another process has written "${shown(key)}" to ${to} meanwhile`,
    'it stays as it is; give --merge to keep what is there, or --replace to replace entries of the same name',
  );
}
