/** A directed graph, by the numbers of its nodes. */
export class Graph {
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private nodes = 0;

  addNode(): number {
    return this.nodes++;
  }

  addEdge(from: number, to: number): void {
    this.from.push(from);
    this.to.push(to);
  }

  /** By node, the nodes that its edges lead to: `targets[starts[n]]` to `targets[starts[n + 1] - 1]`. */
  private successors(): { starts: Int32Array; targets: Int32Array } {
    const starts = new Int32Array(this.nodes + 1);
    for (const node of this.from) starts[node + 1] = (starts[node + 1] ?? 0) + 1;
    for (let node = 0; node < this.nodes; node++) {
      starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
    }
    const next = starts.slice();
    const targets = new Int32Array(this.to.length);
    for (const [edge, node] of this.from.entries()) {
      const place = next[node] ?? 0;
      targets[place] = this.to[edge] ?? 0;
      next[node] = place + 1;
    }
    return { starts, targets };
  }

  /**
   * A shortest cycle through some node that is on one, first node first; undefined if there is no cycle. In time linear in
   * nodes and edges.
   */
  findCycle(): number[] | undefined {
    const { starts, targets } = this.successors();
    const start = this.nodeOnCycle(starts, targets);
    if (start === undefined) return undefined;
    const cameFrom = new Int32Array(this.nodes).fill(-1);
    const queue = [start];
    for (const node of queue) {
      for (let edge = starts[node] ?? 0; edge < (starts[node + 1] ?? 0); edge++) {
        const next = targets[edge] ?? 0;
        if (next === start) {
          const cycle: number[] = [];
          for (let at = node; at !== start; at = cameFrom[at] ?? start) cycle.push(at);
          return [start, ...cycle.reverse()];
        }
        if (cameFrom[next] !== -1) continue;
        cameFrom[next] = node;
        queue.push(next);
      }
    }
    return undefined;
  }

  /** Depth-first, with a stack of its own, for the call stack is too short: an edge back to a node under way closes a cycle. */
  private nodeOnCycle(starts: Int32Array, targets: Int32Array): number | undefined {
    const next = starts.slice();
    const isUnderWay = new Uint8Array(this.nodes);
    const isDone = new Uint8Array(this.nodes);
    for (let root = 0; root < this.nodes; root++) {
      if (isDone[root]) continue;
      const stack = [root];
      isUnderWay[root] = 1;
      for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
        const edge = next[node] ?? 0;
        if (edge === starts[node + 1]) {
          isUnderWay[node] = 0;
          isDone[node] = 1;
          stack.pop();
          continue;
        }
        next[node] = edge + 1;
        const target = targets[edge] ?? 0;
        if (isUnderWay[target]) return target;
        if (isDone[target]) continue;
        isUnderWay[target] = 1;
        stack.push(target);
      }
    }
    return undefined;
  }
}
