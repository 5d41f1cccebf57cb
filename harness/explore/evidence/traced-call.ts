import { systemCalls, type Traced } from '../protocol/calls.js';

/** A line of what `strace` writes down. */
export interface TracedCall {
  /** The name of the system call; empty where the line is no beginning of one. */
  name: string;
  args: string;
  /** Which kind of calls it is of, where it changes something at a path, or opens a file. */
  kind: Traced | undefined;
  /** All that stands in quotes. */
  places: string[];
}

const kinds = new Map<string, Traced>(
  Object.entries(systemCalls).flatMap(([kind, names]) =>
    names.map((name) => [name, kind as Traced] as const),
  ),
);

export function parseTraced(line: string): TracedCall {
  const [, name = '', args = ''] = /^(?:\d+ +)?(\w+)\((.*)/.exec(line) ?? [];
  const removesDirectory = name === 'unlinkat' && args.includes('AT_REMOVEDIR');
  const places = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, place = '']) => place);
  return { name, args, kind: removesDirectory ? 'rmdir' : kinds.get(name), places };
}
