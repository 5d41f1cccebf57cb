import type { Call, Model } from './model.js';
import { byFirstEnd, findOverlap, type Zone } from './zones.js';

/** The cluster of one value: its calls that decide where it can be. */
interface Cluster<C> extends Zone {
  write: C;
  firstToEnd: C;
  lastToBegin: C;
  /** Any read that returned it: without one, a write that need not have happened proves nothing. */
  seenBy: C | undefined;
}

export type Unambiguous<C> =
  | { verdict: 'valid' }
  /** @property proof a few calls that contradict each other whatever all the others did */
  | { verdict: 'invalid'; proof: C[] };

/**
 * Judges a register whose values are all different in near-linear time: each read then identifies the write that it returns.
 * Exact: it says what a search of all orders would say.
 * @returns undefined where it does not apply: two writes of one value, or calls that are neither write nor read
 */
export function judgeUnambiguous<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
): Unambiguous<Call<Input, Output>> | undefined {
  type C = Call<Input, Output>;
  if (!model.register) return undefined;
  const writes = new Map<string | number, C>();
  const reads: { value: string | number | null; call: C }[] = [];
  for (const call of calls) {
    const view = model.register(call.input, call.output);
    if (view === undefined) {
      if (isUntold(model, call)) continue;
      return undefined;
    }
    if ('write' in view) {
      if (writes.has(view.write)) return undefined;
      writes.set(view.write, call);
    } else if (call.happened === 'yes') {
      reads.push({ value: view.read, call });
    }
  }

  const clusters = new Map<string | number | null, Cluster<C>>();
  for (const [value, write] of writes) clusters.set(value, clusterOf(write));
  const beforeAll = clusterOf(initialWrite<Input, Output>(calls));
  clusters.set(null, beforeAll);
  for (const { value, call } of reads) {
    const cluster = clusters.get(value);
    if (cluster === undefined) return { verdict: 'invalid', proof: [call] };
    if (call.end < cluster.write.begin) return { verdict: 'invalid', proof: [cluster.write, call] };
    cluster.seenBy ??= call;
    if (call.end < cluster.f) [cluster.f, cluster.firstToEnd] = [call.end, call];
    if (call.begin > cluster.s) [cluster.s, cluster.lastToBegin] = [call.begin, call];
  }
  // A write that no read saw, and that need not have happened, can be left out: a linearization stays one without it.
  const needed = [...clusters.values()].filter(({ write, seenBy }) => write.happened === 'yes' || seenBy);
  const overlap = findOverlap(needed.sort(byFirstEnd));
  if (overlap === undefined) return { verdict: 'valid' };
  const proof = new Set(overlap.flatMap(callsOf));
  proof.delete(beforeAll.write);
  return { verdict: 'invalid', proof: [...proof] };
}

function clusterOf<C extends Call<unknown, unknown>>(write: C): Cluster<C> {
  return { f: write.end, s: write.begin, write, firstToEnd: write, lastToBegin: write, seenBy: undefined };
}

/** Those that say where it can be, and that it was. */
function callsOf<C extends Call<unknown, unknown>>({
  write,
  firstToEnd,
  lastToBegin,
  seenBy,
}: Cluster<C>): C[] {
  const calls = [write, firstToEnd, lastToBegin];
  return write.happened === 'maybe' && seenBy ? [...calls, seenBy] : calls;
}

/** What wrote the value that is there at first: over before anything begins. */
function initialWrite<Input, Output>(calls: readonly Call<Input, Output>[]): Call<Input, Output> {
  const before = Number.NEGATIVE_INFINITY;
  const [any] = calls;
  return { ...(any as Call<Input, Output>), begin: before, end: before, happened: 'yes' };
}

/** A read whose result is unknown. */
function isUntold<State, Input, Output>(
  model: Model<State, Input, Output>,
  { input, output }: Call<Input, Output>,
): boolean {
  return output === undefined && model.effect?.(input, output) === 'none';
}
