import type { HistoryEvent, ValueId } from '../history/events.js';
import { Random } from '../workload/random.js';

export interface Shape {
  operations: number;
  clients: number;
  keys: number;
  /** A foreign reader meets each content of the file, and clients say from which they made which. Default false. */
  isSeen?: boolean;
  /** One write in so many is made from the content before the last, and undoes what came between. Default: none. */
  losesOneIn?: number;
}

/** What the checks are measured on: the size of a run of many hours. */
export const clients = 16;
export const keys = 64;

/** A clock tick: each client does a step in one. */
const tick = 1000;

interface Call {
  op: string;
  action: 'get' | 'set';
  key: string;
  result?: ValueId | null;
  said?: { base: string; written: string };
  isDone: boolean;
}

/**
 * A history of gets and sets on a map, linearizable by construction unless it is to lose some: each call has its effect at one moment
 * between its begin and its end, while the other clients begin and end theirs. Event by event, so that a long one can be written
 * without being held.
 */
export function* madeUpHistory(shape: Shape): Generator<HistoryEvent> {
  const { operations, clients, keys, isSeen = false, losesOneIn } = shape;
  const random = new Random(1, 'made-up history');
  yield { type: 'run', version: 1, scenario: 'made up', target: 'map', seed: 1, atLeast: {} };
  for (let process = 0; process < clients; process++)
    yield { type: 'start', time: 0, client: `c${process}`, process, access: 'file' };

  const store = new MadeUpStore();
  const underWay = new Map<number, Call>();
  // Each client counts its own calls, as those of a run do.
  const called = Array.from({ length: clients }, () => 0);
  let begun = 0;
  let time = 0;
  while (begun < operations || underWay.size > 0) {
    time += tick;
    const process = random.int(0, clients - 1);
    const call = underWay.get(process);
    if (call === undefined) {
      if (begun === operations) continue;
      begun++;
      const number = called[process] ?? 0;
      called[process] = number + 1;
      const next: Call = {
        op: `c${process}.0.${number}`,
        action: random.oneIn(2) ? 'get' : 'set',
        key: `provider-${random.int(1, keys)}`,
        isDone: false,
      };
      underWay.set(process, next);
      const { op, action, key } = next;
      yield { type: 'invoke', time, op, client: `c${process}`, process, action, key };
    } else if (!call.isDone) {
      call.isDone = true;
      const { action, key, op } = call;
      if (action === 'get') call.result = store.map.get(key) ?? null;
      else {
        const change = store.set(key, op, losesOneIn !== undefined && random.oneIn(losesOneIn));
        if (!isSeen) continue;
        call.said = { base: change.base, written: change.written };
        yield {
          type: 'file',
          time,
          until: time + tick / 2,
          version: store.version,
          broken: null,
          ...change.content,
        };
      }
    } else {
      underWay.delete(process);
      const { op, result, said } = call;
      yield { type: 'ok', time, op, ...(result === undefined ? {} : { result }), ...said };
    }
  }
  const entries = Object.fromEntries(store.map);
  yield { type: 'final', time: time + 1, broken: null, entries, leftovers: [] };
}

/** Contents of a file, one after another. */
class MadeUpStore {
  readonly map = new Map<string, ValueId>();
  version = 0;
  private names = ['', nameOf(0)];
  private last: { key: string; before: ValueId | undefined } | undefined;

  /** @param isStale from the content before the last, if that changed another key */
  set(key: string, value: ValueId, isStale: boolean) {
    const { last } = this;
    const undone = isStale && last !== undefined && last.key !== key ? last : undefined;
    // One that undoes is not undone itself: what was before it differs in two keys.
    this.last = undone === undefined ? { key, before: this.map.get(key) } : undefined;
    if (undone?.before === undefined) this.map.delete(undone?.key ?? '');
    else this.map.set(undone.key, undone.before);
    this.map.set(key, value);
    const [older = '', newest = ''] = this.names;
    const written = nameOf(++this.version);
    this.names = [newest, written];
    const removed = undone !== undefined && undone.before === undefined ? [undone.key] : [];
    const set = { [key]: value, ...(undone?.before === undefined ? {} : { [undone.key]: undone.before }) };
    return { base: undone === undefined ? newest : older, written, content: { set, removed, hash: written } };
  }
}

/** As long as a hash, and spread like one. */
function nameOf(version: number): string {
  const half = (factor: number) => (Math.imul(version, factor) >>> 0).toString(16).padStart(8, '0');
  return half(0x9e3779b1) + half(0x85ebca6b);
}
