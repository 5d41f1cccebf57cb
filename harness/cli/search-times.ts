import { UsageError } from '../../src/cli/usage-error.js';

/** Starting a search and confirming what it finds takes most of that. */
export const searchMsMin = 1000;

/** Divides the time of a command among its searches. What one does not need is shared among those to come. */
export class SearchTimes {
  private readonly endMs: number;

  /**
   * @param durationMs of the whole command; undefined for no end
   * @param begunMs when it began, on the clock of `nowMs`
   * @throws UsageError if that is too little for so many
   */
  constructor(
    private readonly durationMs: number | undefined,
    begunMs: number,
    searches: number,
  ) {
    this.endMs = begunMs + (durationMs ?? Number.POSITIVE_INFINITY);
    const neededMs = searches * searchMsMin;
    if (durationMs !== undefined && searches > 1 && durationMs < neededMs)
      throw new UsageError(
        `a duration of ${durationMs / 1000}s is too short for ${searches} searches`,
        `give --duration ${Math.ceil(neededMs / 1000)}s or more, or fewer of them`,
      );
  }

  /** @param left how many searches are to come, the one that begins among them @returns undefined where there is no end */
  shareOf(left: number, nowMs: number): number | undefined {
    if (this.durationMs === undefined) return undefined;
    return Math.max(searchMsMin, (this.endMs - nowMs) / Math.max(1, left));
  }
}
