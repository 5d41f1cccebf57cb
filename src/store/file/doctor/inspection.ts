import type { Place } from './mounts.js';
import type { Participant } from './participants.js';
import type { Readable } from './readable.js';
import type { Trial } from './trial.js';

/** Who may do what with a file or a directory, and since when it is as it is (wall clock, milliseconds since 1970). */
export interface Access {
  /** The permission bits: 0o600. */
  mode: number;
  uid: number;
  changedMs: number;
}

export interface Kept extends Access {
  name: string;
  size: number;
  /** Of what was kept of the file itself; undefined if it can't be opened. */
  readable?: Readable | undefined;
  /** What it is, where it is not a file: nothing that Holdfast has made. */
  found?: string;
}

/** What the file holds; a device, a pipe or a directory in its place is never opened. */
export type Content =
  | {
      kind: 'valid';
      entries: number;
      /** Keys that stand there more than once, with different values. */
      doubled: string[];
      /** Entries in which a field stands more than once. */
      doubledWithin: string[];
    }
  | { kind: 'missing' }
  | ({ kind: 'corrupt'; reason: string } & Readable)
  /** `found`: what it is, where it is not a file. */
  | { kind: 'unreadable'; reason: string; found?: string; isEmptyDirectory?: boolean };

/** Facts about a credential file and all that lies around it. No contents, and no judgement. */
export interface Inspection {
  /** The path as it was given, made absolute. */
  given: string;
  /** Every symbolic link on the way to the real file, in order. */
  links: { link: string; to: string }[];
  /** The real file; undefined if the way to it can't be followed. */
  file: string | undefined;
  content: Content;
  access: (Access & { size: number; hardLinks: number }) | undefined;
  directory: Access & { exists: boolean; writable: boolean; refusal?: string };
  /** The last-committed copy. */
  copy: {
    state: 'missing' | 'unusable' | 'usable';
    entries?: number;
    sameAsFile?: boolean;
    mode?: number;
    found?: string;
  };
  intents: {
    state: 'missing' | 'directory' | 'foreign' | 'unreadable';
    mode?: number;
    participants: Participant[];
  };
  /** Locks that other programs left or hold beside the file. */
  foreignLocks: Kept[];
  /** States of the file that were kept, damaged or with a doubled key. */
  quarantined: Kept[];
  /** Why the store refuses to use it where it is, and what to do about that; undefined if it does not. */
  unsafe: { reason: string; todo: string } | undefined;
  /** What came of trying a write. */
  trial: Trial;
  place: Place;
}
