/**
 * What `strace` saw of a client that can be a lock between processes, and that no gate stops: locks of the kernel, sockets,
 * semaphores and queues, and changes of files outside the sandbox.
 */

import { isChange } from '../gate/unsteered-calls.js';
import { parseTraced } from './traced-call.js';

/** Followed besides those that take a path; one that this machine does not have is left out. */
export const unsteeredCalls = ['flock', 'fcntl', 'connect', 'bind', 'semget', 'shmget', 'msgget', 'mq_open'];

/** @returns words like `flock /tmp/x.lock`, each once */
export function unsteeredIn(traces: readonly string[], root: string): string[] {
  const found = traces.flatMap((trace) => trace.split('\n')).flatMap((line) => unsteeredOf(line, root) ?? []);
  return [...new Set(found)].sort();
}

function unsteeredOf(line: string, root: string): string | undefined {
  const { name, args, kind, places } = parseTraced(line);
  const [, file = 'a file'] = /^\d+<([^>]*)>/.exec(args) ?? [];
  if (name === 'flock') return `flock ${file}`;
  if (name === 'fcntl') return /\bF_(OFD_)?SETLKW?\b/.test(args) ? `lock a part of ${file}` : undefined;
  if (name === 'connect' || name === 'bind') return socketOf(name, args);
  if (/^(semget|shmget|msgget|mq_open)$/.test(name)) return name;
  const place = places.at(-1);
  const opensToWrite = name === 'creat' || /\bO_(WRONLY|RDWR|CREAT|TRUNC)\b/.test(args);
  if (kind === undefined || !place?.startsWith('/') || !isChange(kind, opensToWrite, place)) return undefined;
  if (place === root || place.startsWith(`${root}/`)) return undefined;
  return `${kind} ${place}`;
}

/** The C library asks a daemon for names of users: that is no lock. */
function socketOf(name: string, args: string): string | undefined {
  if (args.includes('/nscd/socket')) return undefined;
  const [, where] = /sun_path=@?"([^"]*)"/.exec(args) ?? /sin6?_port=htons\((\d+)\)/.exec(args) ?? [];
  return `${name === 'bind' ? 'listen on' : 'connect to'} ${where ?? 'a socket'}`;
}
