import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { ClaimState, SeenClaim } from '../store/backend/claims.js';

/** What stands in a claim on an engine. Its id makes it unique, so that it is known again after an answer was lost. */
export interface ClaimContent {
  id: string;
  attempt: number;
  state: ClaimState;
  holder: { pid: number; host: string };
}

/** A claim as it was seen, with the very text that a take-over compares. */
export interface SeenText extends SeenClaim {
  text: string;
}

/** @param after the claim that is taken over, if there is one */
export function newClaim(after: SeenClaim | undefined): ClaimContent {
  return {
    id: randomBytes(8).toString('hex'),
    attempt: (after?.attempt ?? -1) + 1,
    state: 'asking',
    holder: { pid: process.pid, host: hostname() },
  };
}

/** A claim on an engine is there as long as its holder may live, so none that is seen is known to be dead. */
export function seenClaim(text: string): SeenText {
  return { ...contentOf(text), dead: false, text };
}

/** What others have written: all of it may be missing. */
function contentOf(text: string): ClaimContent {
  let known: Partial<ClaimContent> = {};
  try {
    known = JSON.parse(text) ?? {};
  } catch {
    // As one of an unknown holder.
  }
  const { id = text, attempt = 0, state = 'asking', holder = { pid: 0, host: 'unknown' } } = known;
  return { id, attempt, state, holder };
}
