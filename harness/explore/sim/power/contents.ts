import type { Change } from '../kernel/log.js';

/** A change of what is in a file. */
export type Content = Extract<Change, { change: 'data' | 'size' }>;

export function apply(bytes: Uint8Array, change: Content): Uint8Array {
  if (change.change === 'size') {
    const cut = new Uint8Array(change.size);
    cut.set(bytes.subarray(0, change.size));
    return cut;
  }
  const end = change.at + change.bytes.length;
  const whole = new Uint8Array(Math.max(bytes.length, end));
  whole.set(bytes);
  whole.set(change.bytes, change.at);
  return whole;
}

export function applyAll(bytes: Uint8Array, changes: readonly Content[]): Uint8Array {
  return changes.reduce(apply, bytes);
}

/** The unit that a disk writes whole. */
const sector = 512;

/**
 * A write of which the first part has reached the disk: about half, in whole sectors if it has more than one.
 * @returns undefined for what has no parts
 */
export function torn<T extends Content>(change: T): T | undefined {
  if (change.change !== 'data' || change.bytes.length < 2) return undefined;
  const { length } = change.bytes;
  const half = length > sector ? Math.max(1, Math.floor(length / 2 / sector)) * sector : length >> 1;
  return { ...change, bytes: change.bytes.subarray(0, half) };
}

/** Prefixes of changes, each also with its last write torn. */
export function* prefixes<T extends Content>(changes: readonly T[]): Generator<T[]> {
  for (let count = changes.length; count >= 0; count--) {
    yield changes.slice(0, count);
    const last = changes[count - 1];
    const part = last && torn(last);
    if (part) yield [...changes.slice(0, count - 1), part];
  }
}

/** In every way, those that are left out included. At most 2^n for n changes. */
export function* subsets<T extends Content>(changes: readonly T[]): Generator<T[]> {
  for (let bits = 2 ** changes.length - 1; bits >= 0; bits--)
    yield changes.filter((_, at) => (bits & (1 << at)) !== 0);
}

/** Each of these, and each with any one of its writes torn. */
export function* withOneTorn<T extends Content>(ways: Iterable<T[]>): Generator<T[]> {
  for (const way of ways) {
    yield way;
    for (const [at, change] of way.entries()) {
      const part = torn(change);
      if (part) yield way.with(at, part);
    }
  }
}

/** With one left out, and one alone. */
export function* almost<T extends Content>(changes: readonly T[]): Generator<T[]> {
  for (const one of changes) {
    yield changes.filter((other) => other !== one);
    yield [one];
  }
}

/** Each content once. */
export function distinct(contents: Iterable<Uint8Array>): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const bytes of contents) {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    if (!found.has(key)) found.set(key, bytes);
  }
  return [...found.values()];
}
