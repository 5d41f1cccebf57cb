import { readLines } from '../history/lines.js';

/** The format of a history file. */
export type Format = 'holdfast' | 'jepsen' | 'maelstrom';

/**
 * How a history is written, by its first line that says something: a JSON object with a "type" is ours, a bracket or the tag of
 * a record opens EDN, and all else is taken for lines in columns, of which a log may have many before the first operation.
 */
export async function detectFormat(file: string): Promise<Format> {
  for await (const { line } of readLines(file)) {
    const text = line.trim();
    if (text === '' || text.startsWith(';')) continue;
    if (/^\{\s*"/.test(text)) return isLogged(text) ? 'jepsen' : 'holdfast';
    return /^(\{|#[\w.]+\s*\{|[[(]\s*($|[{#;\])]))/.test(text) ? 'maelstrom' : 'jepsen';
  }
  return 'jepsen';
}

/** A line of a log that is written as JSON. */
function isLogged(text: string): boolean {
  try {
    return typeof JSON.parse(text).message === 'string' && !('type' in JSON.parse(text));
  } catch {
    return false;
  }
}
