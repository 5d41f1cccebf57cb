import type { Inode, Kind } from '../kernel/inode.js';
import { Kernel, type KernelOptions } from '../kernel/kernel.js';

/** A file, directory or link, as it lies on a disk. */
export interface Node {
  ino: number;
  kind: Kind;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  birthtime: number;
  /** Of a file. */
  bytes: Uint8Array;
  /** Of a directory: inodes, by their names. */
  children: ReadonlyMap<string, number>;
  /** Of a link. */
  target: string;
}

/** What lies on a disk. Inodes are named by `Inode.id` of the kernel that it is an image of. */
export interface Image {
  root: number;
  nodes: ReadonlyMap<number, Node>;
  /** How many files each client had made: their numbers are not used again. */
  births: ReadonlyMap<number, number>;
}

/**
 * The disk as the processes see it, as if all of it had been written. What has no name is no part of it.
 * @throws Error if there are several disks: which of them loses what is not simulated
 */
export function imageOf(kernel: Kernel): Image {
  const nodes = new Map<number, Node>();
  const visit = (inode: Inode): number => {
    if (nodes.has(inode.id)) return inode.id;
    const { ino, kind, mode, uid, gid, mtime, birthtime, target } = inode;
    const children = new Map<string, number>();
    const bytes = inode.content().slice();
    nodes.set(inode.id, { ino, kind, mode, uid, gid, mtime, birthtime, bytes, children, target });
    for (const entry of inode.children?.values() ?? []) {
      if (entry.mounted) throw new Error('a power loss with several disks is not simulated');
      children.set(entry.name, visit(entry.inode));
    }
    return inode.id;
  };
  const { inode } = kernel.root.entry;
  return { root: visit(inode), nodes, births: new Map(inode.disk.births) };
}

/** The file system after the next boot: a new kernel, without processes. */
export function mountImage(image: Image, options: KernelOptions = {}): Kernel {
  const kernel = new Kernel(options);
  const { disk } = kernel.root.entry.inode;
  disk.resume(image.births);
  const made = new Map<number, Inode>([[image.root, kernel.root.entry.inode]]);
  const fill = (id: number, inode: Inode): void => {
    const { mode, uid, gid, mtime, bytes, target, children } = nodeOf(image, id);
    Object.assign(inode, { mode, uid, gid, mtime, ctime: mtime, target, bytes: bytes.slice() });
    inode.size = inode.kind === 'link' ? Buffer.byteLength(target) : bytes.length;
    disk.charge(inode, inode.kind === 'directory' ? 4096 : inode.size);
    for (const [name, child] of children) {
      const node = nodeOf(image, child);
      const known = made.get(child);
      const one = known ?? disk.adopt(node.ino, node.kind, node.mode, node.uid, node.gid, node.birthtime);
      if (known) known.nlink++;
      made.set(child, one);
      kernel.restore(inode, name, one);
      if (!known) fill(child, one);
    }
  };
  fill(image.root, kernel.root.entry.inode);
  return kernel;
}

/**
 * A text that is the same for images which no process can tell apart after a boot, but by numbers and times. Names of one file are
 * told from copies.
 */
export function textOf(image: Image): string {
  const order = new Map<number, number>();
  const describe = (id: number): string => {
    const seen = order.get(id);
    if (seen !== undefined) return `=${seen}`;
    order.set(id, order.size);
    const { kind, mode, uid, gid, bytes, children, target } = nodeOf(image, id);
    const head = `${kind} ${mode.toString(8)} ${uid} ${gid} `;
    if (kind !== 'directory')
      return `${head}${JSON.stringify(kind === 'link' ? target : Buffer.from(bytes).toString('latin1'))}`;
    const names = [...children.keys()].sort();
    return `${head}{${names.map((name) => `${JSON.stringify(name)}:${describe(children.get(name) ?? -1)}`).join()}}`;
  };
  return describe(image.root);
}

/** All that a process can find out after a boot, numbers and times included. */
export function printOfImage(image: Image): string {
  const describe = (id: number): unknown => {
    const { ino, kind, mode, uid, gid, mtime, birthtime, bytes, target, children } = nodeOf(image, id);
    const content = kind === 'file' ? Buffer.from(bytes).toString('latin1') : target;
    const names = [...children].sort(([a], [b]) => (a < b ? -1 : 1));
    const below = names.map(([name, child]) => [name, describe(child)]);
    return [ino, kind, mode, uid, gid, mtime, birthtime, content, below];
  };
  return JSON.stringify(describe(image.root));
}

function nodeOf(image: Image, id: number): Node {
  const node = image.nodes.get(id);
  if (!node) throw new Error(`the image has no inode ${id}`);
  return node;
}
