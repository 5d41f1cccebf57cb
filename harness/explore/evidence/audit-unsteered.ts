/**
 * What `strace` saw of a client that can be a lock between processes, and that no gate stops: locks of the kernel, sockets,
 * semaphores and queues, and changes of files outside the sandbox.
 */

/** Followed besides those that take a path; one that this machine does not have is left out. */
export const unsteeredCalls = ['flock', 'fcntl', 'connect', 'bind', 'semget', 'shmget', 'msgget', 'mq_open'];

const changing = /^(mkdir|rmdir|unlink|rename|link|symlink|truncate|creat)(at|at2)?$/;
/** Devices that keep nothing, and what the kernel tells of processes. */
const exempt = /^\/(?:dev\/(?:null|zero|full|u?random|tty|pts|std|fd)|proc)(?:\/|\w*$)/;

/** @returns words like `flock /tmp/x.lock`, each once */
export function unsteeredIn(traces: readonly string[], root: string): string[] {
  const found = traces.flatMap((trace) => trace.split('\n')).flatMap((line) => unsteeredOf(line, root) ?? []);
  return [...new Set(found)].sort();
}

function unsteeredOf(line: string, root: string): string | undefined {
  const [, name = '', args = ''] = /^(?:\d+ +)?(\w+)\((.*)/.exec(line) ?? [];
  const [, file = 'a file'] = /^\d+<([^>]*)>/.exec(args) ?? [];
  if (name === 'flock') return `flock ${file}`;
  if (name === 'fcntl') return /\bF_(OFD_)?SETLKW?\b/.test(args) ? `lock a part of ${file}` : undefined;
  if (name === 'connect' || name === 'bind') return socketOf(name, args);
  if (/^(semget|shmget|msgget|mq_open)$/.test(name)) return name;
  const places = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, place = '']) => place);
  const place = places.at(-1);
  const changes =
    name === 'open' || name === 'openat' ? /\bO_(WRONLY|RDWR|CREAT|TRUNC)\b/.test(args) : changing.test(name);
  if (!changes || !place?.startsWith('/') || exempt.test(place)) return undefined;
  if (place === root || place.startsWith(`${root}/`)) return undefined;
  return `${name.replace(/(at|at2)$/, '')} ${place}`;
}

/** The C library asks a daemon for names of users: that is no lock. */
function socketOf(name: string, args: string): string | undefined {
  if (args.includes('/nscd/socket')) return undefined;
  const [, where] = /sun_path=@?"([^"]*)"/.exec(args) ?? /sin6?_port=htons\((\d+)\)/.exec(args) ?? [];
  return `${name === 'bind' ? 'listen on' : 'connect to'} ${where ?? 'a socket'}`;
}
