import type { Call, Model } from './model.js';
import { search } from './search.js';

export interface Stuck<Input, Output> {
  /**
   * All that had returned before this one did can be put in order, with it they can't. So what was called after that return has
   * no part in it, whatever else is wrong there.
   */
  stuck: Call<Input, Output>;
  /** That order. Empty if it could not be found in so many steps. */
  order: Call<Input, Output>[];
}

/**
 * Finds where a history becomes wrong, by halves: what is no longer linearizable after some return stays so.
 * @param calls that are not linearizable
 * @param stepsMax for each look; what is not decided by then counts as right
 */
export function findStuck<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  options: { stepsMax?: number; anytime?: readonly Input[] } = {},
): Stuck<Input, Output> {
  const returns = calls.filter(({ happened }) => happened === 'yes').sort((a, b) => a.end - b.end);
  let [low, high] = [0, returns.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { verdict } = search(model, asOf(untilReturn(calls, returns, middle, middle + 1)), options);
    if (verdict === 'invalid') high = middle;
    else low = middle + 1;
  }
  const before = untilReturn(calls, returns, high, high);
  const found = search(model, asOf(before), options);
  const order = found.verdict === 'valid' ? found.order.flatMap((index) => before[index]?.call ?? []) : [];
  return { stuck: returns[high] as Call<Input, Output>, order };
}

/** What there was when a call returned. What was under way then may have happened by then or not. */
export function untilReturnOf<Input, Output>(
  calls: readonly Call<Input, Output>[],
  stuck: Call<Input, Output>,
): Call<Input, Output>[] {
  const returns = calls.filter(({ happened, end }) => happened === 'yes' && end <= stuck.end);
  return asOf(untilReturn(calls, [...returns, stuck], returns.length, returns.length));
}

/** A call, and what was known of it at some time. */
interface Known<C> {
  call: C;
  then: C;
}

function asOf<C>(known: readonly Known<C>[]): C[] {
  return known.map(({ then }) => then);
}

/** @param count so many of those that have returned have to be placed by the return of `at` */
function untilReturn<Input, Output>(
  calls: readonly Call<Input, Output>[],
  returns: readonly Call<Input, Output>[],
  at: number,
  count: number,
): Known<Call<Input, Output>>[] {
  const time = returns[at]?.end ?? Number.POSITIVE_INFINITY;
  const returned = new Set(returns.slice(0, count));
  return calls.flatMap((call) => {
    if (call.begin > time) return [];
    const isOver = call.happened === 'yes' ? returned.has(call) : call.end <= time;
    const then = isOver ? call : { ...call, end: Number.POSITIVE_INFINITY, happened: 'maybe' as const };
    return { call, then };
  });
}
