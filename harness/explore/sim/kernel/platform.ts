/** What a system promises of its files otherwise than Linux. */
export interface Platform {
  /** As `process.platform` has it. */
  node: NodeJS.Platform;
  /** There is `/proc`, by which a directory that is held open is reached. */
  hasProc: boolean;
  /** Names that differ in capitals alone are the same name. */
  foldsCase: boolean;
  /** Times of files are whole multiples of it, in nanoseconds. */
  granularity: number;
  /** How `unlink` of a directory fails. */
  unlinksDirectory: 'EISDIR' | 'EPERM';
  /**
   * A file that another process has open can't be renamed or removed for as long, and one that any process has open can't be
   * replaced: EPERM, or EBUSY.
   */
  locksOpenFiles: boolean;
  /** Files have modes and owners, and a process has a user. */
  hasModes: boolean;
}

/** As they are explored: see docs/explore.md. */
export const platformNames = ['linux', 'macos', 'windows'] as const;
export type PlatformName = (typeof platformNames)[number];

const linux: Platform = {
  node: 'linux',
  hasProc: true,
  foldsCase: false,
  granularity: 1,
  unlinksDirectory: 'EISDIR',
  locksOpenFiles: false,
  hasModes: true,
};

export const platforms: Readonly<Record<PlatformName, Platform>> = {
  linux,
  // Times as HFS+ has them; those of APFS are finer.
  macos: {
    ...linux,
    node: 'darwin',
    hasProc: false,
    foldsCase: true,
    granularity: 1e9,
    unlinksDirectory: 'EPERM',
  },
  windows: {
    ...linux,
    node: 'win32',
    hasProc: false,
    foldsCase: true,
    granularity: 100,
    unlinksDirectory: 'EPERM',
    locksOpenFiles: true,
    hasModes: false,
  },
};

/** The names in a directory, where capitals make no difference. Each keeps those that it was made with. */
export class FoldedNames<T> extends Map<string, T> {
  override get(name: string): T | undefined {
    return super.get(name.toLowerCase());
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase());
  }

  override set(name: string, value: T): this {
    return super.set(name.toLowerCase(), value);
  }

  override delete(name: string): boolean {
    return super.delete(name.toLowerCase());
  }
}
