/** A closed interval, in nanoseconds. Where one ends as another begins, the two are concurrent. */
export interface Interval {
  begin: number;
  end: number;
}
