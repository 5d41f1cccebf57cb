import type { Call, Model } from './model.js';

/**
 * The definition, tried out: every subset of the calls that need not have happened, every order that respects who ended before
 * whom began. No memory, no order of events, no cutting short: slow, and hard to get wrong.
 */
export function hasLinearization<S, I, O>(model: Model<S, I, O>, calls: readonly Call<I, O>[]): boolean {
  const placeNext = (state: S, left: readonly Call<I, O>[], placed: readonly Call<I, O>[]): boolean => {
    if (left.every(({ happened }) => happened === 'maybe')) return true;
    return left.some((call) => {
      const others = left.filter((other) => other !== call);
      const mustBeBefore = others.some(({ end, happened }) => happened === 'yes' && end < call.begin);
      const isTooLate = placed.some(({ begin }) => call.end < begin);
      if (mustBeBefore || isTooLate) return false;
      const next = model.step(state, call.input, call.output);
      return next !== undefined && placeNext(next, others, [...placed, call]);
    });
  };
  return placeNext(model.init, calls, []);
}
