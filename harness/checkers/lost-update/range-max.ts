/**
 * Finds the largest of a range of numbers in logarithmic time, after linear preparation: a segment tree.
 * @returns a function from `from` (inclusive) and `to` (exclusive) to the index of the largest number, the last
 *   of equals; undefined for an empty range
 */
export function rangeMax(numbers: readonly number[]): (from: number, to: number) => number | undefined {
  const size = numbers.length;
  const valueAt = (index: number) => numbers[index] ?? Number.NEGATIVE_INFINITY;
  const better = (a: number, b: number) => {
    if (valueAt(a) !== valueAt(b)) return valueAt(a) > valueAt(b) ? a : b;
    return Math.max(a, b);
  };
  // Leaf i is at size + i, the parent of n at n >> 1; each node holds the index of its largest.
  const tree = new Int32Array(2 * size);
  for (let index = 0; index < size; index++) tree[size + index] = index;
  for (let node = size - 1; node > 0; node--) {
    tree[node] = better(tree[2 * node] ?? 0, tree[2 * node + 1] ?? 0);
  }
  return function largestOf(from, to) {
    let best: number | undefined;
    const take = (node: number) => {
      const index = tree[node] ?? 0;
      best = best === undefined ? index : better(best, index);
    };
    for (let low = from + size, high = to + size; low < high; low >>= 1, high >>= 1) {
      if (low & 1) take(low++);
      if (high & 1) take(--high);
    }
    return best;
  };
}
