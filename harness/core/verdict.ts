/** `unknown` has proved nothing: it is never read as a pass. */
export type Verdict = 'valid' | 'invalid' | 'unknown';

const badness: Record<Verdict, number> = { valid: 0, unknown: 1, invalid: 2 };

/** Returns the worst verdict; `unknown` for an empty list, as nothing was looked at. */
export function worstOf(verdicts: Iterable<Verdict>): Verdict {
  let worst: Verdict | undefined;
  for (const verdict of verdicts) {
    if (worst === undefined || badness[verdict] > badness[worst]) worst = verdict;
  }
  return worst ?? 'unknown';
}

/** The numbered guarantees; GUARANTEES.md has the words. */
export type Guarantee = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9' | 'G10' | 'G11';

/** What kind of violation was found. */
export type FindingKind =
  /** An acknowledged write that no later operation explains away is gone. */
  | 'lost-update'
  /** A read returned what an earlier, acknowledged write had already replaced; later reads are right again. */
  | 'stale-read'
  /** A read returned what an acknowledged removal had removed. */
  | 'resurrection'
  /** A read returned a value that was not there to be read: of no set, of one that had failed, or of one that had not begun. */
  | 'garbage-read'
  /** Calls that have no order at all, though each key's values tell no simpler story. */
  | 'contradiction'
  /** A read through the store returned a value that no client wrote whole, could not parse what it had read, or missed entries that were there all the time. */
  | 'torn-read'
  /** A foreign reader found the file empty or half-written. */
  | 'torn-file'
  /** An entry that was there before the run, and that no client touches, is gone. */
  | 'lost-seed'
  /** An entry of a kind that the store does not know did not survive unchanged. */
  | 'dropped-unknown'
  /** A file of the store could be opened by others. */
  | 'loose-mode'
  /** A file was left behind that no later writer sweeps. */
  | 'leftover'
  /** A symbolic link that led to the file is no link any more, or leads elsewhere. */
  | 'replaced-link'
  /** Something outside the store's directory was created, changed or removed: a planted name was followed. */
  | 'followed-link'
  /** A credential from outside the store's directory was read by a client, or stands in the file. */
  | 'disclosed'
  /** A refresh token was presented again after a living process had used it. */
  | 'token-reused'
  /** A credential was refreshed that had not expired. */
  | 'needless-refresh'
  /** At the end a credential could not be refreshed any more. */
  | 'logged-out'
  /** At the end a fresh process could not change anything. */
  | 'unusable'
  /** A call never returned. */
  | 'hung'
  /** A call waited while most others of the run, called later, were served. */
  | 'starved'
  /** A client process ended by itself. */
  | 'crashed';

/** One violation, with its evidence. */
export interface Finding {
  guarantee: Guarantee;
  kind: FindingKind;
  /** One sentence that a person understands without the rest. */
  sentence: string;
  key?: string;
  /** The operations to show, the victim first, then those that may have erased it, the most likely first. */
  operations: string[];
  /** The operations that may have erased the entry. Absent where no operation can be excluded. */
  blame?: {
    /** Ids of operations, the most likely first: its author is among them. */
    suspects: string[];
    /** No other write was under way. */
    certain: boolean;
    /** Numbers of the last content that a foreign reader saw with it, and of the next. */
    from?: number;
    to?: number;
  };
  /** The client's read that shows it, where it is neither of these. */
  shownBy?: string;
  /** The interval to show, in nanoseconds. */
  from: number;
  to: number;
}
