import type { Entry } from './inode.js';

/** A place in the tree of names. The same entry may be seen through several mounts. */
export interface Position {
  mount: Mount;
  entry: Entry;
}

/** A disk, or a part of one, as it is seen at some place. A single file can be mounted, too. */
export class Mount {
  constructor(
    readonly root: Entry,
    /** The place that it covers. Undefined for the root of all. */
    readonly at: Position | undefined,
  ) {}
}
