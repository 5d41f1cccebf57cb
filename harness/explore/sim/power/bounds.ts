/** How far it is gone. Whatever is left out is said. */
export interface Bounds {
  /** Up to so many writes of one file that may be lost, they are combined in every way; of more, prefixes and all but one. */
  writes: number;
  /** States of one moment. */
  states: number;
}

export const defaultBounds: Bounds = { writes: 6, states: 4096 };

export interface Left<T> {
  found: T[];
  /** There are more than the bounds let through. */
  isCut: boolean;
}
