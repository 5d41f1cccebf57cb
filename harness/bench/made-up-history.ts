import type { HistoryEvent, ValueId } from '../history/events.js';
import { Random } from '../workload/random.js';

export interface Shape {
  operations: number;
  clients: number;
  keys: number;
}

/** What the checks are measured on: the size of a run of many hours. */
export const clients = 16;
export const keys = 64;

/**
 * A history of gets and sets on a map, linearizable by construction: each call has its effect at one moment between its begin and its
 * end, while the other clients begin and end theirs. Event by event, so that a long one can be written without being held.
 */
export function* madeUpHistory({ operations, clients, keys }: Shape): Generator<HistoryEvent> {
  const random = new Random(1, 'made-up history');
  yield { type: 'run', version: 1, scenario: 'made up', target: 'map', seed: 1, atLeast: {} };
  for (let process = 0; process < clients; process++)
    yield { type: 'start', time: 0, client: `c${process}`, process, access: 'file' };

  const map = new Map<string, ValueId>();
  interface Call {
    op: string;
    action: 'get' | 'set';
    key: string;
    result?: ValueId | null;
    isDone: boolean;
  }
  const underWay = new Map<number, Call>();
  // Each client counts its own calls, as those of a run do.
  const called = Array.from({ length: clients }, () => 0);
  let begun = 0;
  let time = 0;
  while (begun < operations || underWay.size > 0) {
    time += 1000;
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
      if (call.action === 'set') map.set(call.key, call.op);
      else call.result = map.get(call.key) ?? null;
    } else {
      underWay.delete(process);
      const { op, result } = call;
      yield { type: 'ok', time, op, ...(result === undefined ? {} : { result }) };
    }
  }
  yield { type: 'final', time: time + 1, broken: null, entries: Object.fromEntries(map), leftovers: [] };
}
