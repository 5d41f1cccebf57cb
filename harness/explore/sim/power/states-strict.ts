import type { Attributes, Change } from '../kernel/log.js';
import type { Bounds, Left } from './bounds.js';
import { Builder, type Parts } from './builder.js';
import { combine } from './combine.js';
import { almost, applyAll, type Content, distinct, prefixes, subsets, withOneTorn } from './contents.js';
import type { Image } from './image.js';

/** The values that it may have after the loss, the oldest first. The last one is what the processes see. */
class Register<T> {
  constructor(public values: T[]) {}

  set(value: T): void {
    this.values = [...this.values.filter((one) => one !== value), value];
  }

  /** All before is lost no more. */
  settle(): void {
    this.values = this.values.slice(-1);
  }
}

interface File {
  durable: Uint8Array;
  pending: Content[];
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
  const names = new Map<string, Register<number | undefined> & { directory: number; name: string }>();
  const attributes = new Map<number, Register<Attributes>>();
  const files = new Map<number, File>();
  const builder = new Builder(base);

  const attributesOf = (inode: number): Register<Attributes> => {
    const known = attributes.get(inode) ?? new Register([{ inode, ...builder.node(inode) }]);
    attributes.set(inode, known);
    return known;
  };
  const fileOf = (inode: number): File => {
    const file = files.get(inode) ?? { durable: builder.node(inode).bytes, pending: [] };
    files.set(inode, file);
    return file;
  };
  for (const change of changes)
    switch (change.change) {
      case 'create':
        builder.create(change);
        break;
      case 'attributes':
        attributesOf(change.inode).set(change);
        break;
      case 'entry': {
        const { directory, name, inode } = change;
        const key = `${directory}/${name}`;
        const before = builder.node(directory).children.get(name);
        const register = names.get(key) ?? Object.assign(new Register([before]), { directory, name });
        register.set(inode);
        names.set(key, register);
        break;
      }
      case 'data':
      case 'size':
        fileOf(change.inode).pending.push(change);
        break;
      case 'sync': {
        const file = files.get(change.inode);
        if (file) files.set(change.inode, { durable: applyAll(file.durable, file.pending), pending: [] });
        if (change.isDataOnly) break;
        attributes.get(change.inode)?.settle();
        for (const name of names.values()) if (name.directory === change.inode) name.settle();
      }
    }

  const found: Image[] = [];
  let isCut = false;
  const variants = new Map([...files].map(([inode, file]) => [inode, contentsOf(file, bounds)]));
  const registers = [...names.values()];
  const named = combine(
    registers.map(({ values }) => values.toReversed()),
    bounds.states,
  );
  isCut ||= named.isCut;
  for (const values of named.combinations) {
    const entries = registers.map(({ directory, name }, at) => ({ directory, name, inode: values[at] }));
    const skeleton = builder.build({ entries, attributes: [], contents: [] });
    if (!skeleton) continue;
    // Only what can still be found is told apart.
    const parts: Parts[] = [];
    const choices: (readonly (readonly [keyof Omit<Parts, 'entries'>, unknown])[])[] = [];
    for (const [inode, { values: ways }] of attributes)
      if (skeleton.nodes.has(inode))
        choices.push(ways.toReversed().map((way) => ['attributes', way] as const));
    for (const [inode, ways] of variants) {
      if (!skeleton.nodes.has(inode)) continue;
      isCut ||= ways.isCut;
      choices.push(ways.found.map((bytes) => ['contents', { inode, bytes }] as const));
    }
    const combined = combine(choices, Math.max(1, bounds.states - found.length));
    isCut ||= combined.isCut;
    for (const chosen of combined.combinations) {
      const pick = (kind: string) => chosen.filter(([one]) => one === kind).map(([, what]) => what);
      const whole = { entries, attributes: pick('attributes'), contents: pick('contents') } as Parts;
      parts.push(whole);
    }
    for (const one of parts) {
      if (found.length >= bounds.states) return { found, isCut: true };
      const image = builder.build(one);
      if (image) found.push(image);
    }
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
