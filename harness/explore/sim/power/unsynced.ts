import type { Attributes, Change } from '../kernel/log.js';
import type { Builder } from './builder.js';
import { applyAll, type Content } from './contents.js';

/** The values that something may have after a loss, the oldest first. The last one is what the processes see. */
export class Register<T> {
  constructor(public values: T[]) {}

  set(value: T): void {
    this.values = [...this.values.filter((one) => one !== value), value];
  }

  /** The last one is durable. */
  settle(): void {
    this.values = this.values.slice(-1);
  }
}

export class Name extends Register<number | undefined> {
  constructor(
    readonly directory: number,
    readonly name: string,
    before: number | undefined,
  ) {
    super([before]);
  }
}

export interface File {
  durable: Uint8Array;
  pending: Content[];
}

/** What each sync has made durable by itself, and what no sync has. */
export class Unsynced {
  readonly attributes = new Map<number, Register<Attributes>>();
  readonly files = new Map<number, File>();
  private readonly byKey = new Map<string, Name>();

  constructor(
    private readonly builder: Builder,
    changes: readonly Change[],
  ) {
    for (const change of changes) this.record(change);
  }

  get names(): Name[] {
    return [...this.byKey.values()];
  }

  private record(change: Change): void {
    switch (change.change) {
      case 'create':
        this.builder.create(change);
        break;
      case 'attributes':
        this.attributesOf(change.inode).set(change);
        break;
      case 'entry':
        this.nameOf(change.directory, change.name).set(change.inode);
        break;
      case 'data':
      case 'size':
        this.fileOf(change.inode).pending.push(change);
        break;
      case 'sync':
        this.sync(change.inode, change.isDataOnly);
    }
  }

  private sync(inode: number, isDataOnly: boolean): void {
    const file = this.files.get(inode);
    if (file) this.files.set(inode, { durable: applyAll(file.durable, file.pending), pending: [] });
    if (isDataOnly) return;
    this.attributes.get(inode)?.settle();
    for (const name of this.byKey.values()) if (name.directory === inode) name.settle();
  }

  private attributesOf(inode: number): Register<Attributes> {
    const known = this.attributes.get(inode) ?? new Register([{ inode, ...this.builder.node(inode) }]);
    this.attributes.set(inode, known);
    return known;
  }

  private nameOf(directory: number, name: string): Name {
    const key = `${directory}/${name}`;
    const before = this.builder.node(directory).children.get(name);
    const known = this.byKey.get(key) ?? new Name(directory, name, before);
    this.byKey.set(key, known);
    return known;
  }

  private fileOf(inode: number): File {
    const file = this.files.get(inode) ?? { durable: this.builder.node(inode).bytes, pending: [] };
    this.files.set(inode, file);
    return file;
  }
}
