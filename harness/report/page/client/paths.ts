type Scale = (value: number) => number;

const pair = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** An area of steps, one for each bucket. */
export function barsPath(values: readonly number[], edge: Scale, y: Scale, floor: number): string {
  const steps = values.map((value, at) => `V${y(value).toFixed(1)}H${edge(at + 1).toFixed(1)}`);
  return `M${pair(edge(0), floor)}${steps.join('')}V${floor}Z`;
}

/** A line through the middle of each bucket, broken where there is no value. */
export function linePath(values: readonly (number | null)[], x: Scale, y: Scale): string {
  return values
    .map((value, at) =>
      value === null ? '' : `${(values[at - 1] ?? null) === null ? 'M' : 'L'}${pair(x(at), y(value))}`,
    )
    .join('');
}

/** The area between two lines, broken where there is no value; a bucket alone is as wide as it is. */
export function bandPath(
  low: readonly (number | null)[],
  high: readonly (number | null)[],
  edge: Scale,
  middle: Scale,
  y: Scale,
): string {
  let path = '';
  for (let from = 0; from < low.length; from++) {
    if (low[from] === null) continue;
    let to = from;
    while (to + 1 < low.length && (low[to + 1] ?? null) !== null) to++;
    const there: string[] = [];
    const back: string[] = [];
    for (let at = from; at <= to; at++) {
      const places = from === to ? [edge(at), edge(at + 1)] : [middle(at)];
      for (const x of places) {
        there.push(pair(x, y(high[at] ?? 0)));
        back.unshift(pair(x, y(low[at] ?? 0)));
      }
    }
    path += `M${[...there, ...back].join('L')}Z`;
    from = to;
  }
  return path;
}
