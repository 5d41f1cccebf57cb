import { it, type TestOptions } from 'vitest';

/** The options of a test that `npm test` leaves out and `npm run test:full` runs. Wherever there can be, a shorter one proves its rule. */
export const long = { tags: ['long'] } satisfies TestOptions;

/**
 * The options of a test that takes minutes by itself: `npm run test:full` runs it, as each night does, and `.ci/run` leaves it out.
 * A smaller one that is `long` proves its rule there.
 */
export const nightly = { tags: [...long.tags, 'nightly'] } satisfies TestOptions;

type Define<Row extends unknown[]> = (
  title: string,
  test: (...row: Row) => unknown,
  options?: TestOptions,
) => void;

/**
 * As `it.each`, in two tiers: `npm test` tries the first rows, which prove the rule, and `npm run test:full` the others, too.
 * @param first how many rows `npm test` tries
 * @param later the options of the others
 */
export function eachInTiers<Row extends unknown[] | [unknown]>(
  rows: readonly Row[],
  first?: number,
  later?: TestOptions,
): Define<Row>;
export function eachInTiers<Row extends readonly unknown[]>(
  rows: readonly Row[],
  first?: number,
  later?: TestOptions,
): Define<[...Row]>;
export function eachInTiers<Row>(rows: readonly Row[], first?: number, later?: TestOptions): Define<[Row]>;
export function eachInTiers(
  rows: readonly unknown[],
  first = 1,
  later: TestOptions = long,
): Define<unknown[]> {
  return (title, test, options = {}) => {
    const run = test as (...row: unknown[]) => Promise<void>;
    it.each(rows.slice(0, first))(title, options, run);
    it.each(rows.slice(first))(title, { ...options, ...later }, run);
  };
}

/**
 * A property in two tiers: `npm test` tries it on few cases, and `npm run test:full` on many, too.
 * @param cases how many
 * @param later the options of the test of many
 */
export function propertyInTiers(
  title: string,
  cases: { few: number; many: number },
  check: (numRuns: number) => void | Promise<void>,
  later: TestOptions = long,
): void {
  it(title, () => check(cases.few));
  it(`${title}: ${cases.many} cases`, later, () => check(cases.many));
}
