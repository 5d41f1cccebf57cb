import type { Verdict } from '../core/verdict.js';
import type { Call, Model } from './model.js';
import { search, stepsDefault } from './search.js';
import { inGrowingShares } from './shares.js';
import { smallestInvalid } from './smallest.js';
import { findStuck, untilReturnOf } from './stuck.js';
import { judgeUnambiguous } from './unambiguous.js';

type Part<Input, Output> = [part: string | undefined, calls: readonly Call<Input, Output>[]];

/** How a history is judged. */
export interface LinearizabilityOptions {
  /** Budget in steps of the model, for all parts together; default five million. A check that needs more is `unknown`. */
  stepsMax?: number;
  /** `search`: without the near-linear way for unique values, to compare the two. Default `fastest`. */
  method?: 'fastest' | 'search';
}

/** Why a history is not linearizable. */
export interface Contradiction<Input, Output> {
  /** Undefined where the object is one. */
  part: string | undefined;
  /**
   * The fewest calls of that part that contradict each other whatever the others did that had begun by then, in order of
   * their begins.
   */
  calls: Call<Input, Output>[];
  isSmallest: boolean;
  /** A longest valid prefix of these calls, where concurrent calls may take effect or not, ... */
  prefix: Call<Input, Output>[];
  /** ... and the one that then had to be placed, before any other could be, and can't. */
  stuck: Call<Input, Output>;
}

/** The verdict, and what it took. */
export interface Linearizability<Input, Output> {
  verdict: Verdict;
  calls: number;
  /** How many parts were decided in which way: `zones` is near-linear, `search` tries orders. */
  parts: { zones: number; search: number; undecided: number };
  /** Steps of the model that were made. */
  steps: number;
  contradiction?: Contradiction<Input, Output>;
}

/**
 * Is there an order of all calls that the model allows and that respects real time? Both ways are exact. A search
 * that runs out of steps has proved nothing: `unknown`, unless another part is invalid. Pure: no clock, so the same
 * history has the same verdict everywhere.
 */
export function checkLinearizable<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  { stepsMax = stepsDefault, method = 'fastest' }: LinearizabilityOptions = {},
): Linearizability<Input, Output> {
  const parts = { zones: 0, search: 0, undecided: 0 };
  const invalid = ([part, proof]: Part<Input, Output>, steps: number) => {
    const contradiction = explain(model, part, proof);
    return { verdict: 'invalid' as const, calls: calls.length, parts, steps, contradiction };
  };

  const ambiguous: Part<Input, Output>[] = [];
  for (const [part, own] of partsOf(model, calls)) {
    const fast = method === 'fastest' ? judgeUnambiguous(model, own) : undefined;
    if (fast) parts.zones++;
    else ambiguous.push([part, own]);
    if (fast?.verdict === 'invalid') return invalid([part, fast.proof], 0);
  }
  const wrong: Part<Input, Output>[] = [];
  const { open, steps } = inGrowingShares(ambiguous, stepsMax, ([part, own], share) => {
    const { verdict, steps } = search(model, own, { stepsMax: share });
    if (verdict === 'unknown') return { steps, next: 'later' };
    parts.search++;
    if (verdict === 'valid') return { steps, next: 'done' };
    wrong.push([part, untilReturnOf(own, findStuck(model, own, { stepsMax }).stuck)]);
    return { steps, next: 'stop' };
  });
  parts.undecided = open.length;
  const [first] = wrong;
  if (first) return invalid(first, steps);
  // The empty history has an order.
  return { verdict: open.length > 0 ? 'unknown' : 'valid', calls: calls.length, parts, steps };
}

/** The whole as one part if any call is about all of it. */
function partsOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
): Map<string | undefined, readonly Call<Input, Output>[]> {
  const parts = new Map<string | undefined, Call<Input, Output>[]>();
  for (const call of calls) {
    const part = model.partition?.(call.input);
    // A read whose result is unknown constrains nothing, and ties nothing together.
    if (call.output === undefined && model.effect?.(call.input, call.output) === 'none') continue;
    if (part === undefined) return new Map([[undefined, calls]]);
    const known = parts.get(part);
    if (known) known.push(call);
    else parts.set(part, [call]);
  }
  return parts;
}

function explain<State, Input, Output>(
  model: Model<State, Input, Output>,
  part: string | undefined,
  calls: readonly Call<Input, Output>[],
): Contradiction<Input, Output> {
  const { stuck, ...smallest } = smallestInvalid(model, calls);
  return { part, ...smallest, stuck };
}
