import { UsageError } from '../../../src/cli/usage-error.js';

/** Errors of the system that can be made to happen, at the calls that can give them. */
export const errnos = ['ENOSPC', 'EIO', 'EACCES', 'EMFILE', 'EPERM'] as const;
export type Errno = (typeof errnos)[number];

/** One choice of the scheduler. */
export type Action =
  /** A client goes on: with what it waits for, of several things the oldest (0) or a later one. */
  | { do: 'run'; client: number; option: number }
  /** It is killed before its next call. */
  | { do: 'kill'; client: number }
  /** It is stopped before its next call, until every lease is over. */
  | { do: 'pause'; client: number }
  /** It is dead, and no client does anything until every lease is over. */
  | { do: 'wait'; client: number }
  /** Its next call fails. */
  | { do: 'fail'; client: number; errno: Errno }
  /** The file is damaged, right after a step of the client, which has no part in it. */
  | { do: 'damage'; client: number }
  /** The wall clock of the client's machine is set, forward or back, right after a step of the client. */
  | { do: 'clock'; client: number; ms: number }
  /**
   * The machine loses its power right after a step of the client, and of what was not synced this is left: the state of that number,
   * of all that its file system allows then.
   */
  | { do: 'power'; client: number; state: number };

const letters = { kill: 'k', pause: 'p', wait: 'w', damage: 'd' } as const;

/**
 * A schedule in one line: `0x5 1x6 k0 1` is five steps of client 0, six of client 1, client 0 is killed, one more step of client
 * 1. `0.1`: client 0 goes on with the second of the things that it waits for; `p0`: it is paused; `w0`: it is dead, and time
 * passes; `f0:EIO`: its next call fails; `d0`: the file is damaged, right after a step of client 0; `c0:-3600000`: the
 * wall clock of its machine is put back by an hour; `x0.3`: the power is lost right
 * after a step of client 0, and the fourth of the possible disks is left.
 */
export function printSchedule(actions: readonly Action[]): string {
  const parts: { word: string; count: number }[] = [];
  for (const action of actions) {
    const word = wordOf(action);
    const last = parts.at(-1);
    if (last?.word === word && action.do === 'run') last.count++;
    else parts.push({ word, count: 1 });
  }
  return parts.map(({ word, count }) => (count > 1 ? `${word}x${count}` : word)).join(' ');
}

/** Of clients that go on, by client and option: asked for at each step. */
const words: string[][] = [];

function wordOfRun(client: number, option: number): string {
  words[client] ??= [];
  const all = words[client];
  all[option] ??= option === 0 ? `${client}` : `${client}.${option}`;
  return all[option];
}

export function wordOf(action: Action): string {
  if (action.do === 'run') return wordOfRun(action.client, action.option);
  if (action.do === 'power') return `x${action.client}.${action.state}`;
  if (action.do === 'clock') return `c${action.client}:${action.ms > 0 ? '+' : ''}${action.ms}`;
  if (action.do === 'fail') return `f${action.client}:${action.errno}`;
  return `${letters[action.do]}${action.client}`;
}

/** @throws UsageError naming the word that is none */
export function parseSchedule(text: string): Action[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .flatMap(parseWord);
}

function parseWord(word: string): Action[] {
  const [, letter = '', client, option = '0', errno, count = '1'] =
    /^([kpwdfxc]?)(\d+)(?:\.(\d+))?(?::([A-Z]+|[+-]\d+))?(?:x(\d+))?$/.exec(word) ?? [];
  const who = Number(client);
  if (client !== undefined && letter === '' && errno === undefined)
    return Array.from({ length: Number(count) }, () => ({ do: 'run', client: who, option: Number(option) }));
  if (letter === 'k') return [{ do: 'kill', client: who }];
  if (letter === 'p') return [{ do: 'pause', client: who }];
  if (letter === 'w') return [{ do: 'wait', client: who }];
  if (letter === 'd') return [{ do: 'damage', client: who }];
  if (letter === 'x') return [{ do: 'power', client: who, state: Number(option) }];
  if (letter === 'c' && Number(errno)) return [{ do: 'clock', client: who, ms: Number(errno) }];
  const known = errnos.find((one) => one === errno);
  if (letter === 'f' && known) return [{ do: 'fail', client: who, errno: known }];
  throw new UsageError(
    `"${word}" is no step of a schedule`,
    'expected words like 0x5, 1, 0.1, k0, p1, d0, f0:EIO, c0:+3600000, x0.3',
  );
}

/** `A`, `B`, ...: as the columns of the table. */
export function nameOf(client: number): string {
  return String.fromCharCode(65 + client);
}
