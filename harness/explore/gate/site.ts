import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The lines of the program that led here, the innermost first, without Node's and the gate's: `file:line:column`. */
export function siteOf(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const lines = (new Error('site').stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const places = lines.flatMap((line) => {
    const [, file = '', position = ''] = /\(?((?:file:\/\/)?\/[^()]+?)(:\d+:\d+)\)?$/.exec(line) ?? [];
    const name = file.startsWith('file:') ? fileURLToPath(file) : file;
    return name === '' || name.startsWith(here) ? [] : [name + position];
  });
  return places.slice(0, 8).join('\n');
}
