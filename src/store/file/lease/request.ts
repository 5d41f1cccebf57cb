import { readFileSync } from 'node:fs';
import type { Edit } from '../../change.js';
import { errnoOf } from '../../errors.js';
import { ioError } from '../paths.js';

/** The content of a request: a change as data, on one line that ends. */
export function encodeRequest(edits: readonly Edit[]): string {
  return `${JSON.stringify(edits.map(({ key, raw }) => [key, raw ?? null]))}\n`;
}

/** Undefined where it is gone, or not all there: its owner may be in the middle of writing it. */
export function readRequest(file: string): Edit[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = errnoOf(error);
    // Root has just made it, and not given it to us yet.
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    throw ioError('read', file, error);
  }
  return text.endsWith('\n') ? decode(text) : undefined;
}

function decode(text: string): Edit[] | undefined {
  try {
    return (JSON.parse(text) as [string, string | null][]).map(([key, raw]) => {
      // What goes into everybody's file is looked at twice.
      if (raw !== null) JSON.parse(raw);
      return { key: String(key), raw: raw ?? undefined };
    });
  } catch {
    return undefined;
  }
}
