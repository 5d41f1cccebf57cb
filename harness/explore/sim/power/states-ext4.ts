import { type Attributes, type Change, isWithin } from '../kernel/log.js';
import type { Bounds, Left } from './bounds.js';
import { Builder } from './builder.js';
import { combine } from './combine.js';
import { applyAll, type Content, distinct, prefixes, subsets } from './contents.js';
import type { Image } from './image.js';

/**
 * What ext4 leaves with its usual options, data=ordered and auto_da_alloc. Names, attributes and sizes reach the disk in the order
 * in which they were changed, both halves of a rename at once. `fsync` brings with it all that came before the last change of
 * that inode. Data that was not synced is old, there in part, or new; but it is there before the name that a file got by a
 * rename over another one, and before what came after the `close` of a file that was cut to nothing.
 * @param changes those that were made by then
 */
export function ext4States(base: Image, changes: readonly Change[], bounds: Bounds): Left<Image> {
  const found: Image[] = [];
  let isCut = false;
  const all = [...filesOf(changes)];
  for (const length of journals(changes)) {
    const journal = changes.slice(0, length);
    const { builder, entries, attributes } = replay(base, journal);
    const skeleton = builder.build({ entries, attributes, contents: [] });
    if (!skeleton) throw new Error('a directory has two names, which no order of calls can bring about');
    const over = overwritten(base, journal);
    const files = all.filter(([inode]) => skeleton.nodes.has(inode));
    const choices = files.map(([inode, own]) => {
      const { bytes: before } = builder.node(inode);
      const ways = contentsOf(before, own, length, over.get(inode) ?? [], bounds);
      isCut ||= ways.isCut;
      return ways.found.map((bytes) => ({ inode, bytes }));
    });
    const combined = combine(choices, bounds.states - found.length);
    for (const contents of combined.combinations) {
      const image = builder.build({ entries, attributes, contents });
      if (image) found.push(image);
    }
    if (combined.isCut) return { found, isCut: true };
  }
  return { found, isCut };
}

/** With its place among all changes. */
type Numbered<T> = T & { index: number };

/** How much of the journal may be on the disk: it ends before this many changes. */
function journals(changes: readonly Change[]): number[] {
  let durable = 0;
  /** Of each inode: after how many changes its own last one is there. */
  const last = new Map<number, number>();
  const lastData = new Map<number, number>();
  changes.forEach((change, at) => {
    const touch = (inode: number | undefined) => inode !== undefined && last.set(inode, at + 1);
    if (change.change === 'entry') {
      touch(change.directory);
      touch(change.inode);
    } else if (change.change === 'sync')
      durable = Math.max(durable, (change.isDataOnly ? lastData : last).get(change.inode) ?? 0);
    else if (change.change !== 'mark') {
      touch(change.inode);
      if (change.change !== 'attributes') lastData.set(change.inode, at + 1);
    }
  });
  const ends = Array.from({ length: changes.length - durable + 1 }, (_, more) => durable + more);
  return ends.filter((end) => end === changes.length || !isSameStep(changes[end - 1], changes[end]));
}

/** Where both are one change, or the second one changes nothing that the journal has. */
function isSameStep(one: Change | undefined, next: Change | undefined): boolean {
  if (next?.change === 'mark' || next?.change === 'sync') return true;
  return isWithin(one, next);
}

/** What the journal makes of names and attributes. */
function replay(base: Image, changes: readonly Change[]) {
  const builder = new Builder(base);
  const entries: { directory: number; name: string; inode: number | undefined }[] = [];
  const attributes: Attributes[] = [];
  for (const change of changes)
    if (change.change === 'create') builder.create(change);
    else if (change.change === 'entry') entries.push(change);
    else if (change.change === 'attributes') attributes.push(change);
  return { builder, entries, attributes };
}

interface OwnChanges {
  contents: Numbered<Content>[];
  /** After how many changes it was synced last. */
  synced: number;
  /** Where it was closed after it had been cut to nothing. */
  closed: number[];
}

function filesOf(changes: readonly Change[]): Map<number, OwnChanges> {
  const files = new Map<number, OwnChanges>();
  const cut = new Set<number>();
  changes.forEach((change, at) => {
    if (change.change === 'data' || change.change === 'size') {
      const file = files.get(change.inode) ?? { contents: [], synced: 0, closed: [] };
      files.set(change.inode, file);
      file.contents.push({ ...change, index: at });
      if (change.change === 'size' && change.size === 0) cut.add(change.inode);
    } else if (change.change === 'sync') {
      const file = files.get(change.inode);
      if (file) file.synced = at;
    } else if (change.change === 'close' && cut.delete(change.inode))
      files.get(change.inode)?.closed.push(at);
  });
  return files;
}

/** By inodes: at which changes they were renamed over others. */
function overwritten(base: Image, changes: readonly Change[]): Map<number, number[]> {
  const names = new Map<string, number>();
  for (const [directory, { children }] of base.nodes)
    for (const [name, inode] of children) names.set(`${directory}/${name}`, inode);
  const over = new Map<number, number[]>();
  changes.forEach((change, at) => {
    if (change.change !== 'entry') return;
    const key = `${change.directory}/${change.name}`;
    if (change.inode === undefined) {
      names.delete(key);
      return;
    }
    if (change.group !== undefined && names.has(key))
      over.set(change.inode, [...(over.get(change.inode) ?? []), at]);
    names.set(key, change.inode);
  });
  return over;
}

/** @param length of the journal that is on the disk */
function contentsOf(
  before: Uint8Array,
  { contents, synced, closed }: OwnChanges,
  length: number,
  over: readonly number[],
  bounds: Bounds,
): Left<Uint8Array> {
  const flushed = Math.max(synced, ...[...closed, ...over].filter((at) => at < length));
  const sure: Numbered<Content>[] = [];
  const open: Numbered<Content>[] = [];
  let size = before.length;
  let isOverwriting = true;
  for (const one of contents) {
    const end = one.change === 'size' ? one.size : Math.max(size, one.at + one.bytes.length);
    // What makes the file longer or shorter is in the journal, but for data that is written over other data.
    const isInJournal = one.change === 'size' || end > size;
    if (one.index < flushed || (one.change === 'size' && one.index < length)) sure.push(one);
    else if (one.index < length || !isInJournal) {
      open.push(one);
      isOverwriting &&= !isInJournal;
    }
    size = end;
  }
  const isCut = isOverwriting && open.length > bounds.writes;
  const ways = [...prefixes(open), ...(isOverwriting && !isCut ? subsets(open) : [])];
  const found = ways.map((way) =>
    applyAll(
      before,
      [...sure, ...way].sort((a, b) => a.index - b.index),
    ),
  );
  return { found: distinct(found), isCut };
}
