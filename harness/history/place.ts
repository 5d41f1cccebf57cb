import type { ValueId } from './events.js';

/** A symbolic link, by its path inside the run's own directory, and what it says. */
export interface Link {
  name: string;
  /** Null if it is no link any more. */
  to: string | null;
}

/** A file or directory of the canary: a tree beside the store's directory that is none of the store's business. */
export interface CanaryEntry {
  /** Inside the canary; `.` is the canary itself. */
  name: string;
  kind: 'file' | 'directory' | 'other';
  /** In octal, `644`. */
  mode: string;
  /** `uid:gid`. */
  owner: string;
  /** A file's size in bytes, and the SHA-256 of its content. */
  size?: number;
  hash?: string;
  /** Times of the content and of the entry itself, in nanoseconds of the file system's clock. They don't fit a number. */
  modified: string;
  changed: string;
}

/** What is around the file: the links that lead to it from the path that the clients are given, and the canary. */
export interface PlaceEvent {
  type: 'place';
  links: Link[];
  /** As it was before the first client, and the value of the one credential in it, which no process may ever read. */
  canary?: { value: ValueId; entries: CanaryEntry[] };
}
