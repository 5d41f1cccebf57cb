import { Ints } from '../../history/column.js';
import type { ValueId } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';
import type { Looks } from './looks.js';

/** How far back an older copy is looked for. */
const looksBack = 100;

/** What a content was made from, by what is in it. */
export interface InferredBase {
  /** The look that found the base; undefined where nothing of any older content is left. */
  look: number | undefined;
  /** It holds nothing but what the operation wrote. */
  isOfNothing: boolean;
}

/** A sum over the entries of a content, in two halves: equal for equal contents, and, but for a chance of 2^-64, only for these. */
type Sum = readonly [low: number, high: number];

/**
 * Prepares the search for what an operation had read, if it made a content: the latest older content which, with the operation's
 * own change, gives that one.
 */
export function findInferredBases(
  { files, final }: Run,
  looks: Looks,
): (operation: Operation, look: number) => InferredBase | undefined {
  const lows = new Ints();
  const highs = new Ints();
  const sizes = new Ints();
  const sumOf = (look: number): Sum => [lows.get(look) >>> 0, highs.get(look) >>> 0];
  const content = new Map<string, ValueId>();
  let sum: Sum = [0, 0];
  const put = (key: string, value: ValueId | undefined) => {
    const before = content.get(key);
    if (before !== undefined) sum = minus(sum, hashOf(key, before));
    if (value === undefined) content.delete(key);
    else {
      sum = plus(sum, hashOf(key, value));
      content.set(key, value);
    }
  };
  const close = () => {
    lows.push(sum[0] | 0);
    highs.push(sum[1] | 0);
    sizes.push(content.size);
  };
  for (const { broken, set, removed } of files) {
    if (broken !== null) continue;
    for (const key of removed) put(key, undefined);
    for (const [key, value] of Object.entries(set)) put(key, value);
    close();
  }
  if (final && final.broken === null) {
    for (const key of [...content.keys()]) if (!Object.hasOwn(final.entries, key)) put(key, undefined);
    for (const [key, value] of Object.entries(final.entries)) put(key, value);
    close();
  }

  return function inferBase({ key = '', id, action, end }, look) {
    const made = action === 'remove' ? null : id;
    // Then it was not this operation that made it, or not alone.
    if (looks.at(key, look) !== made) return undefined;
    const own: Sum = made === null ? [0, 0] : hashOf(key, made);
    const rest = minus(sumOf(look), own);
    const size = sizes.get(look) - (made === null ? 0 : 1);
    for (let older = look - 1; older >= Math.max(0, look - looksBack); older--) {
      if ((looks.get(older)?.time ?? 0) > end) continue;
      const was = looks.at(key, older);
      const others = was === null ? sumOf(older) : minus(sumOf(older), hashOf(key, was));
      if (sizes.get(older) - (was === null ? 0 : 1) === size && isSame(others, rest))
        return { look: older, isOfNothing: size === 0 };
    }
    return size === 0 ? { look: undefined, isOfNothing: true } : undefined;
  };
}

function plus([a, b]: Sum, [c, d]: Sum): Sum {
  return [(a + c) >>> 0, (b + d) >>> 0];
}

function minus([a, b]: Sum, [c, d]: Sum): Sum {
  return [(a - c) >>> 0, (b - d) >>> 0];
}

function isSame([a, b]: Sum, [c, d]: Sum): boolean {
  return a === c && b === d;
}

/** FNV-1a, twice, with a separator that no key has. */
function hashOf(key: string, value: ValueId): Sum {
  const text = `${key}\0${value}`;
  let low = 0x811c9dc5;
  let high = 0x1000193;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + at), 0x85ebca6b);
  }
  return [low >>> 0, high >>> 0];
}
