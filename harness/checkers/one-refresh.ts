import type { Finding } from '../core/verdict.js';
import type { TokenEvent } from '../history/events.js';
import type { Run } from '../history/run.js';
import { inMs, withoutQuote } from '../history/words.js';
import { findPauses } from './lost-update/pauses.js';
import { operationsById } from './lost-update/registers.js';

/** G10: one of all processes that find a credential expired refreshes it, and the user stays logged in. */
export function checkOneRefresh(run: Run): Finding[] {
  const killedAt = new Map(
    run.faults.flatMap(({ fault, process, time }) => (fault === 'kill' ? [[process, time] as const] : [])),
  );
  const wasPaused = findPauses(run);
  const operations = operationsById(run);
  const wasSilent = ({ op }: TokenEvent) => {
    const operation = operations.get(op);
    return operation !== undefined && wasPaused(operation);
  };
  /** By token, who got a new credential for it last. */
  const users = new Map<string, TokenEvent>();
  const findings = run.tokens.flatMap((event) => {
    const before = users.get(event.token);
    if (event.granted) users.set(event.token, event);
    // One that was killed may have taken the new credential with it: then there is nothing left but to ask again.
    const isOrphan = before && (killedAt.get(before.process) ?? Number.POSITIVE_INFINITY) <= event.until;
    // One that is silent for longer than its lease is passed: it may have asked before, or may ask yet when it wakes.
    const isPassed = before && (wasSilent(before) || wasSilent(event));
    if (before && !isOrphan && !isPassed) return reused(event, before);
    return event.time < event.expires ? needless(event) : [];
  });
  return [...findings, ...loggedOut(run)];
}

function reused({ op, key, token, time, until, granted }: TokenEvent, before: TokenEvent): Finding {
  const answer = granted ? 'got another credential for it' : 'was refused';
  return {
    guarantee: 'G10',
    kind: 'token-reused',
    sentence: `${op} presented the refresh token of ${token} ("${key}") at ${inMs(time)}, which ${before.op} had used by ${inMs(before.until)}, and ${answer}`,
    key,
    operations: [op, before.op],
    from: before.time,
    to: until,
  };
}

function needless({ op, key, token, time, until, expires }: TokenEvent): Finding {
  return {
    guarantee: 'G10',
    kind: 'needless-refresh',
    sentence: `${op} refreshed ${token} ("${key}") at ${inMs(time)}, which was good until ${inMs(expires)}`,
    key,
    operations: [op],
    from: time,
    to: until,
  };
}

/** The audit, when all others have ended, wants to use every credential once more. */
function loggedOut({ operations }: Run): Finding[] {
  return operations.flatMap(({ id, client, action, key, outcome, error, begin, end }) => {
    if (!/^audit\d*$/.test(client) || action !== 'refresh' || key === undefined || outcome === 'ok')
      return [];
    return {
      guarantee: 'G10',
      kind: 'logged-out',
      sentence: `at the end of the run no process could use "${key}" any more: ${error === undefined ? 'the call never returned' : withoutQuote(error)}`,
      key,
      operations: [id],
      from: begin,
      to: Number.isFinite(end) ? end : begin,
    };
  });
}
