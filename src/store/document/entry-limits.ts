/**
 * Levels of objects and arrays in one entry. A credential has two or three. JSON is laid out with two spaces a level, so without
 * a limit n levels cost 2n^2 bytes: a text of 140 KB once became a file of 491 MB.
 */
export const levelsMax = 32;

/**
 * Bytes of one entry as it is laid out in the file. The largest credentials known are some kilobytes, and each commit writes the
 * whole file twice and each reader reads it.
 */
export const entryBytesMax = 256 * 1024;

export type Excess = 'deep' | 'large';

/**
 * A replacer for `JSON.stringify`. It sees each value before that is written, and after its `toJSON`, so it can end the call
 * before the text is too large.
 * @param refuse must throw
 */
export function limiter(refuse: (excess: Excess) => never) {
  /** The objects and arrays around the value, from the outside in. */
  const around: unknown[] = [];
  let bytesMin = 0;
  return function limited(this: unknown, key: string, value: unknown): unknown {
    while (around.length > 0 && around.at(-1) !== this) around.pop();
    bytesMin += 2 * around.length + key.length + (typeof value === 'string' ? value.length : 1);
    if (bytesMin > entryBytesMax) refuse('large');
    if (typeof value !== 'object' || value === null) return value;
    around.push(value);
    if (around.length > levelsMax) refuse('deep');
    return value;
  };
}
