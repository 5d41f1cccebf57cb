import type { FileSystem } from './mounts.js';
import type { Participant } from './participants.js';
import type { Readable } from './readable.js';
import type { Trial } from './trial.js';

/** Mode and owner of a file or directory, and when it was last changed (wall clock, milliseconds since 1970). */
export interface Access {
  /** The permission bits: 0o600. */
  mode: number;
  uid: number;
  changedMs: number;
}

export interface Kept extends Access {
  name: string;
  size: number;
  /** For a kept state of the file. Undefined if it can't be opened. */
  readable?: Readable | undefined;
  /** What it is, if it is not a file, and so not made by Holdfast. */
  found?: string;
}

/** The content of the file. A device, a pipe or a directory in its place is never opened. */
export type Content =
  | {
      kind: 'valid';
      entries: number;
      /** Keys that it holds more than once, with different values. */
      doubled: string[];
      /** Entries that hold a field more than once. */
      doubledWithin: string[];
    }
  | { kind: 'missing' }
  | ({ kind: 'corrupt'; reason: string } & Readable)
  /** `found`: what it is, if it is not a file. */
  | { kind: 'unreadable'; reason: string; found?: string; isEmptyDirectory?: boolean };

/** Facts about a credential file and its surroundings. No contents, and no judgement. */
export interface Inspection {
  /** The given path, made absolute. */
  given: string;
  /** Every symbolic link on the way to the real file, in order. */
  links: { link: string; to: string }[];
  /** The real file. Undefined if the way to it can't be followed. */
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
    /** It is whole, but of a run with another format, such as `ini`. */
    otherFormat?: string;
  };
  intents: {
    state: 'missing' | 'directory' | 'foreign' | 'unreadable';
    mode?: number;
    participants: Participant[];
  };
  /** Guards of the file, the one on guard first, and its spares. */
  guards: Participant[];
  /** Locks beside the file that other programs hold or have left. */
  foreignLocks: Kept[];
  /** States of the file that were kept, damaged or with a doubled key. */
  quarantined: Kept[];
  /** Why the store refuses to use the file, and what to do about it. Undefined if it does not refuse. */
  unsafe: { reason: string; todo: string } | undefined;
  /** The result of a trial write. */
  trial: Trial;
  place: FileSystem;
}
