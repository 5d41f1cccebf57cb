import { asksForLife } from '../protocol/act.js';
import type { CallToMake, Grant, Identity } from '../protocol/protocol.js';
import type { Errno } from '../schedule/action.js';
import type { Client } from './client.js';

/** What else a grant has for a client about its call. */
interface Circumstances {
  now: number;
  /** The numbers that a `stat` is to return. */
  identity: Identity | undefined;
  /** How far its wall clock is ahead, where that was set. */
  skewMs: number | undefined;
  /** It is to fail. */
  errno: Errno | undefined;
  /** Those of which it can see whether they live. */
  findable: readonly Client[];
}

/** Lets a client make its call. */
export function grantOf(call: CallToMake, { now, skewMs, identity, errno, findable }: Circumstances): Grant {
  const found = asksForLife(call) && findable.find((one) => one.pid === call.of && one.isFindable);
  const grant: Grant = { type: 'call', id: call.id, now };
  if (skewMs !== undefined) grant.skewMs = skewMs;
  if (identity) grant.identity = identity;
  if (found) grant.startTime = found.startTime;
  if (errno !== undefined) grant.errno = errno;
  return grant;
}
