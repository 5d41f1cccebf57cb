import type { Call, PendingCall } from '../calls/call.js';
import { opensFile } from '../protocol/act.js';
import type { CallEnd, CallToMake, Grant } from '../protocol/protocol.js';
import { fingerprint } from '../world/fingerprint.js';
import { errorAgain } from './node-errors.js';
import { answerAgain } from './node-stats.js';
import { printOf } from './print.js';

/** What a process can be granted while it lives. */
export type Going = Extract<Grant, { type: 'call' | 'timer' | 'event' }>;

/** @throws Error for a grant that is not for one that lives */
export function goingOf(grant: Grant | undefined): Going {
  if (grant?.type === 'call' || grant?.type === 'timer' || grant?.type === 'event') return grant;
  throw new Error(`the scheduler said ${grant?.type ?? 'nothing'} to a process that is to go on`);
}

/** One thing that a process was granted, and what came of it: a process that is made again finds the same. */
export interface Granted {
  grant: Going;
  /** Which call it was, to be compared with that of the next life. */
  toMake?: CallToMake;
  answer?: unknown;
  /** What it threw. */
  error?: unknown;
  /** What a read has found. */
  bytes?: Uint8Array;
  /** How the call ended, as the scheduler learns it. */
  end?: CallEnd;
}

/** What follows after a grant depends on it and on what came of it, and on nothing else. */
export function keyOf({ grant, end }: Granted): string {
  const time = grant.skewMs === undefined ? `${grant.now}` : `${grant.now}/${grant.skewMs}`;
  if (grant.type === 'timer') return `t${time}`;
  if (grant.type === 'event') return `e${time} ${grant.watch} ${grant.event} ${grant.name}`;
  return `${grant.id} ${time} ${end?.errno ?? ''}${end?.digest}`;
}

/** Makes a call for good. */
export function makeCall(
  { call, toMake }: PendingCall,
  grant: Extract<Grant, { type: 'call' }>,
  make: () => unknown,
): Granted {
  try {
    const answer = make();
    return {
      grant,
      toMake,
      answer,
      end: { digest: printOf(call, answer), ...numberIn(call, answer) },
      ...(call.refill && call.bytes ? { bytes: call.bytes(Number(answer)).slice() } : {}),
    };
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN';
    return { grant, toMake, error, end: { errno, digest: fingerprint(errno) } };
  }
}

/** What the scheduler must know of an answer. */
function numberIn({ call }: Call, answer: unknown): Pick<CallEnd, 'fd' | 'pin'> {
  if (typeof answer !== 'number') return {};
  if (opensFile(call)) return { fd: answer };
  return call === 'resolve' ? { pin: answer } : {};
}

/** Gives the program what has come of its call, in this life or in an earlier one. */
export function answerOf(call: Call, { answer, error, bytes }: Granted): unknown {
  if (error !== undefined) throw errorAgain(error);
  if (bytes) call.refill?.(bytes);
  return typeof answer === 'object' ? answerAgain(answer) : answer;
}

/** @returns the two calls in words, where they are not the same */
export function differenceOf({ toMake: before }: Granted, now: CallToMake): string | undefined {
  const words = ({ call, half, path, at, to, fd }: CallToMake) =>
    [call, half, path, to, at, fd].filter((word) => word !== undefined).join(' ');
  const [a, b] = [before && words(before), words(now)];
  return a === b ? undefined : `"${b}" instead of "${a}"`;
}
