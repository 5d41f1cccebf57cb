import type { Attributes, Change } from '../kernel/log.js';
import type { Bounds, Left } from './bounds.js';
import { Builder } from './builder.js';
import { combine } from './combine.js';
import { almost, applyAll, distinct, prefixes, subsets, withOneTorn } from './contents.js';
import type { Image } from './image.js';
import { type File, Unsynced } from './unsynced.js';

/** What one inode may be: either of these. */
interface Choice {
  attributes?: Attributes;
  contents?: { inode: number; bytes: Uint8Array };
}

/**
 * What POSIX alone promises. `fsync` of a file makes its content and its attributes durable, `fsync` of a directory the names in
 * it, and nothing else does anything. Of what was not synced each name takes any value that it had since, for itself: so after
 * a rename a file may be found under both names, or under none. Each file takes any of its writes, one of them perhaps torn, or its
 * new size and zeros.
 *
 * A directory under two names is left out: a check of the file system takes one away, and that is another of these states.
 * @param changes those that were made by then
 */
export function strictStates(base: Image, changes: readonly Change[], bounds: Bounds): Left<Image> {
  const builder = new Builder(base);
  const { names, attributes, files } = new Unsynced(builder, changes);
  const contents = new Map([...files].map(([inode, file]) => [inode, contentsOf(file, bounds)]));
  const values = combine(
    names.map((name) => name.values.toReversed()),
    bounds.states,
  );
  const found: Image[] = [];
  let isCut = values.isCut;
  for (const chosen of values.combinations) {
    const entries = names.map(({ directory, name }, at) => ({ directory, name, inode: chosen[at] }));
    const skeleton = builder.build({ entries, attributes: [], contents: [] });
    if (!skeleton) continue;
    // Only what can still be found is told apart.
    const lists: Choice[][] = [];
    for (const [inode, { values: ways }] of attributes)
      if (skeleton.nodes.has(inode)) lists.push(ways.toReversed().map((one) => ({ attributes: one })));
    for (const [inode, ways] of contents) {
      if (!skeleton.nodes.has(inode)) continue;
      isCut ||= ways.isCut;
      lists.push(ways.found.map((bytes) => ({ contents: { inode, bytes } })));
    }
    const combined = combine(lists, bounds.states - found.length);
    for (const choices of combined.combinations) {
      const image = builder.build({
        entries,
        attributes: choices.flatMap((choice) => choice.attributes ?? []),
        contents: choices.flatMap((choice) => choice.contents ?? []),
      });
      if (image) found.push(image);
    }
    if (combined.isCut) return { found, isCut: true };
  }
  return { found, isCut };
}

/** What may be in a file. The newest comes first, and the oldest last. */
function contentsOf({ durable, pending }: File, bounds: Bounds): Left<Uint8Array> {
  if (pending.length === 0) return { found: [durable], isCut: false };
  const isCut = pending.length > bounds.writes;
  const ways = isCut ? [...prefixes(pending), ...almost(pending)] : withOneTorn(subsets(pending));
  const whole = applyAll(durable, pending);
  const zeros = new Uint8Array(whole.length);
  zeros.set(durable.subarray(0, whole.length));
  const contents = distinct([whole, ...Array.from(ways, (way) => applyAll(durable, way)), zeros]);
  const isOld = (bytes: Uint8Array) => Buffer.compare(bytes, durable) === 0;
  return { found: [...contents.filter((one) => !isOld(one)), durable], isCut };
}
