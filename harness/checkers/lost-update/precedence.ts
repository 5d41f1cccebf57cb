import { countWhile } from '../../history/count-while.js';
import type { Interval } from '../../history/interval.js';
import type { Operation } from '../../history/run.js';
import { Graph } from './cycles.js';
import type { Register } from './registers.js';
import { clusterByValue, type Zone } from './zones.js';

/** Why one operation must be before another. */
export interface Reason {
  before: Operation;
  after: Operation;
  /** The key whose values tell; undefined if the one had ended before the other began. */
  key: string | undefined;
}

/**
 * What must be before what, for whatever reason: real time, and for each key the order of its values. A value's cluster
 * is its write and all who read it, those who read the whole map included; so these tie the keys together. A cycle has no
 * order (in the manner of Elle: Kingsbury and Alvaro 2020).
 *
 * Necessary, not sufficient: only such orders of values count as real time enforces on one key, and reads of an absence that a
 * removal may have made say nothing.
 *
 * Every key must be linearizable by itself.
 * @returns the reasons that lead in a circle
 */
export function findCircle(registers: Iterable<Register>): Reason[] | undefined {
  const graph = new Graph();
  const nodeOf = new Map<string, number>();
  const operations: Operation[] = [];
  const operationAt: (Operation | undefined)[] = [];
  const keyAt: (string | undefined)[] = [];
  const addNode = (key?: string, operation?: Operation) => {
    keyAt.push(key);
    operationAt.push(operation);
    return graph.addNode();
  };
  const nodeFor = (operation: Operation) => {
    const known = nodeOf.get(operation.id);
    if (known !== undefined) return known;
    const node = addNode(undefined, operation);
    nodeOf.set(operation.id, node);
    operations.push(operation);
    return node;
  };

  for (const register of registers) addKey(register);
  addRealTime();
  const cycle = graph.findCycle();
  return cycle && reasonsOf(cycle);

  /**
   * All members of x are before all of y if f(x) < s(y). Each zone has a gate that leads to its members and an exit that they
   * lead to; the exits lead into a chain in order of f, from which the gate of y hangs at the last f below s(y). Linear, where
   * an edge for each pair would be quadratic.
   */
  function addKey({ key, ...register }: Register): void {
    const zones = zonesOf({ key, ...register });
    const gates = zones.map(() => addNode(key));
    const exits = zones.map(() => addNode(key));
    const chain = zones.map(() => addNode(key));
    for (const [rank, zone] of zones.entries()) {
      const [gate, exit, link] = [gates[rank] ?? 0, exits[rank] ?? 0, chain[rank] ?? 0];
      for (const operation of membersOf(zone)) {
        const node = nodeFor(operation);
        graph.addEdge(gate, node);
        graph.addEdge(node, exit);
      }
      graph.addEdge(exit, link);
      const next = chain[rank + 1];
      if (next !== undefined) graph.addEdge(link, next);
      const before = countWhile(zones, ({ f }) => f < zone.s);
      const last = chain[Math.min(before, rank) - 1];
      if (last !== undefined) graph.addEdge(last, gate);
      // One that reaches beyond others' f. Those lie before it (or the key would not be linearizable), each in one such.
      for (let other = rank + 1; other < before; other++) graph.addEdge(exits[other] ?? 0, gate);
    }
  }

  function addRealTime(): void {
    operations.sort((a, b) => a.end - b.end);
    let previous: number | undefined;
    const links: number[] = [];
    for (const operation of operations) {
      const link = addNode();
      graph.addEdge(nodeFor(operation), link);
      if (previous !== undefined) graph.addEdge(previous, link);
      previous = link;
      links.push(link);
    }
    for (const operation of operations) {
      const link = links[countWhile(operations, ({ end }) => end < operation.begin) - 1];
      if (link !== undefined) graph.addEdge(link, nodeFor(operation));
    }
  }

  function reasonsOf(cycle: readonly number[]): Reason[] {
    const first = cycle.findIndex((node) => operationAt[node] !== undefined);
    const turned = [...cycle.slice(first), ...cycle.slice(0, first + 1)];
    const reasons: Reason[] = [];
    let before: Operation | undefined;
    let key: string | undefined;
    for (const node of turned) {
      const operation = operationAt[node];
      if (operation === undefined) {
        key = keyAt[node];
        continue;
      }
      if (before !== undefined) reasons.push({ before, after: operation, key });
      before = operation;
    }
    return reasons;
  }
}

/** The zones of one key, in the order of f. The absence before the first write is a value like others if nothing else can be absent. */
function zonesOf(register: Register): Zone[] {
  const { zones, absences } = clusterByValue(register);
  const [initial, ...removals] = register.removals;
  if (initial === undefined || initial.operation !== undefined || removals.length > 0) return zones;
  const s = absences.reduce((latest, { begin }) => Math.max(latest, begin), initial.begin);
  const absence: Zone = { of: 'write', mutation: initial, reads: absences, f: initial.end, s };
  return [absence, ...zones];
}

function membersOf({ mutation, reads }: Zone): Iterable<Operation> {
  const members: ({ operation: Operation | undefined } & Interval)[] = [mutation, ...reads];
  const operations = members.flatMap(({ operation }) => operation ?? []);
  return new Map(operations.map((operation) => [operation.id, operation])).values();
}
