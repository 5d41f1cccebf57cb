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

/** How it came about, as far as the history shows. `unknown` is an answer. */
export type Mechanism =
  /** A process wrote the file from a copy that was older than what the file held. */
  | 'stale base'
  /** A process took a file that it could not read, or found empty, for one without entries, and wrote that. */
  | 'empty read'
  /** A process read a file that was being written. */
  | 'torn read'
  /** A process had been stopped (SIGSTOP) before its commit, and wrote when it was continued. */
  | 'pause'
  /** A process was killed: what it had acknowledged was in its memory alone, or its write was cut off. */
  | 'kill'
  /** A program that knows nothing of the store wrote the file. */
  | 'foreign'
  /** A store answered a read from an older copy. */
  | 'stale read'
  | 'unknown';

/** The contents of the file that a foreign reader saw, by their numbers in the run: `version` of the `file` events. */
export interface FindingVersions {
  /** The last one with the entry before it went. Absent where no content with it was seen. */
  seenIn?: number;
  /** The first one without it, after that. */
  goneIn?: number;
  /** The one that the first suspect had read. Absent where the reader did not see it, or where nothing tells. */
  base?: number;
  /** True if the suspect's own store said what it had read. Otherwise the base is the latest content that accounts for what it wrote. */
  isBaseExact?: boolean;
  /** The operation that wrote the base, where the suspect's own store said what it had read. */
  baseBy?: string;
}

/** Where a search for an order of the calls ends: the calls before it can be put in order, this one can't be placed. */
export interface Stuck {
  /** The call that has no place. Absent for a look at the file. */
  op?: string;
  /** Between these times it took effect, in nanoseconds. */
  from: number;
  to: number;
  /** Calls in an order that explains what they found, the last one of which this one denies. */
  after: string[];
}

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
  versions?: FindingVersions;
  /** Absent in reports of older versions. */
  mechanism?: Mechanism;
  stuck?: Stuck;
}

/** One line of `findings.jsonl`: every violation of every run, the worst kinds of a run first, then by time. */
export interface FindingLine extends Finding {
  /** Which run of `history.jsonl` it is of: 0 for the first. */
  run: number;
  mechanism: Mechanism;
}
