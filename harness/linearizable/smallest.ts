import type { Call, Model } from './model.js';
import { search } from './search.js';
import { findStuck } from './stuck.js';

/** Budget in steps of the model, for all attempts: what is found until then is right, though a smaller set may exist. */
const stepsMax = 1_000_000;

export interface Smallest<Input, Output> {
  /** In order of their begins. */
  calls: Call<Input, Output>[];
  /** False if the budget was used up before every one of them had been tried. */
  isSmallest: boolean;
  /** A longest order of these that is allowed, if the others happen as it suits them, ... */
  prefix: Call<Input, Output>[];
  /** ... and the one that then had to be placed, before any other could be, and can't. */
  stuck: Call<Input, Output>;
}

/**
 * The fewest calls that still contradict each other whatever the others did: each of those is allowed to have happened at any
 * time and any number of times, or never, with any answer. So this is no sample in which a write is missing that would
 * explain it all; and of what is left none can be let off without losing the contradiction (delta debugging:
 * Zeller and Hildebrandt 2002).
 * @param calls that are not linearizable
 */
export function smallestInvalid<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
): Smallest<Input, Output> {
  let budget = stepsMax;
  const attempt = (kept: readonly Call<Input, Output>[], stepsMax: number) => {
    const { once, anytime } = letOff(model, kept, calls);
    return search(model, [...kept, ...once], { anytime, stepsMax });
  };
  const isInvalid = (kept: readonly Call<Input, Output>[]) => {
    const { verdict, steps } = attempt(kept, Math.max(1, budget));
    budget -= steps;
    return verdict === 'invalid';
  };
  let kept = calls.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  // First half of them at once, then a quarter, and so on. One that could not be let off can't be later, either: the more
  // are let off, the more is allowed. So one look at each is enough.
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < kept.length && budget > 0; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fewer.length > 0 && isInvalid(fewer)) kept = fewer;
      else from += size;
    }
  }
  const { once, anytime } = letOff(model, kept, calls);
  const { order, stuck } = findStuck(model, [...kept, ...once], { anytime, stepsMax });
  // Calls that were left out of the kept ones are not shown.
  const isKept = new Set(kept);
  const prefix = order.filter((call) => isKept.has(call));
  return { calls: kept, isSmallest: budget > 0, prefix, stuck };
}

/** All that are not kept, free to happen as they like: those that can do so any number of times, and the others. */
function letOff<State, Input, Output>(
  model: Model<State, Input, Output>,
  kept: readonly Call<Input, Output>[],
  all: readonly Call<Input, Output>[],
): { once: Call<Input, Output>[]; anytime: Input[] } {
  const isKept = new Set(kept);
  const noticed = valuesNoticed(model, kept);
  const anytime = new Map<string, Input>();
  const once: Call<Input, Output>[] = [];
  for (const call of all) {
    if (isKept.has(call)) continue;
    const effect = model.effect?.(call.input, undefined) ?? 'cumulative';
    const view = model.register?.(call.input, call.output);
    // No one reads it, so it need not be tried again and again.
    if (view && 'write' in view && noticed && !noticed.has(view.write)) continue;
    if (effect === 'repeatable') anytime.set(JSON.stringify(call.input), call.input);
    if (effect !== 'cumulative') continue;
    const [begin, end] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    once.push({ ...call, output: undefined, begin, end, happened: 'maybe' });
  }
  return { once, anytime: [...anytime.values()] };
}

/** What the reads of a plain register return; undefined if some call is neither a plain read nor a plain write. */
function valuesNoticed<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
): Set<string | number | null> | undefined {
  const views = calls.map(({ input, output }) => model.register?.(input, output));
  if (views.includes(undefined)) return undefined;
  return new Set(views.flatMap((view) => (view && 'read' in view ? [view.read] : [])));
}
