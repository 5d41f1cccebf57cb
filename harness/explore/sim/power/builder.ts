import { noBytes } from '../kernel/inode.js';
import type { Attributes, Change } from '../kernel/log.js';
import type { Image, Node } from './image.js';

/** What is chosen for one state. What is in none of these is as it was at first. */
export interface Parts {
  entries: readonly { directory: number; name: string; inode: number | undefined }[];
  attributes: readonly Attributes[];
  contents: readonly { inode: number; bytes: Uint8Array }[];
}

/** Makes images of what was at first, what was created since, and what is left of the changes. */
export class Builder {
  private readonly nodes: Map<number, Node>;
  private readonly births: Map<number, number>;

  constructor(private readonly base: Image) {
    this.nodes = new Map(base.nodes);
    this.births = new Map(base.births);
  }

  create(change: Extract<Change, { change: 'create' }>): void {
    const { client, inode, ino, kind, mode, uid, gid, mtime, target } = change;
    const none = { bytes: noBytes, children: new Map<string, number>() };
    this.nodes.set(inode, { ino, kind, mode, uid, gid, mtime, birthtime: mtime, target, ...none });
    this.births.set(client, (this.births.get(client) ?? 0) + 1);
  }

  /** As it was at first, or when it was made. */
  node(inode: number): Node {
    const node = this.nodes.get(inode);
    if (!node) throw new Error(`the log has a change of inode ${inode}, which it does not create`);
    return node;
  }

  /** @returns undefined if a directory has two names */
  build({ entries, attributes, contents }: Parts): Image | undefined {
    const changed = new Map<number, Map<string, number>>();
    for (const { directory, name, inode } of entries) {
      const children = changed.get(directory) ?? new Map(this.node(directory).children);
      changed.set(directory, children);
      if (inode === undefined) children.delete(name);
      else children.set(name, inode);
    }
    const nodes = new Map<number, Node>();
    let isSound = true;
    const visit = (id: number): void => {
      const node = this.node(id);
      if (nodes.has(id)) {
        if (node.kind === 'directory') isSound = false;
        return;
      }
      const children = changed.get(id) ?? node.children;
      nodes.set(id, { ...node, children });
      for (const child of children.values()) visit(child);
    };
    visit(this.base.root);
    if (!isSound) return undefined;
    for (const { inode, mode, uid, gid, mtime } of attributes) {
      const node = nodes.get(inode);
      if (node) nodes.set(inode, { ...node, mode, uid, gid, mtime });
    }
    for (const { inode, bytes } of contents) {
      const node = nodes.get(inode);
      if (node) nodes.set(inode, { ...node, bytes });
    }
    return { root: this.base.root, nodes, births: this.births };
  }
}
