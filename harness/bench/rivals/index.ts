import { isBuiltin } from 'node:module';
import type { TargetSpec } from '../../core/target.js';
import { resolveTarget } from '../../targets/index.js';

/** A store that ours is compared with. */
export interface Rival {
  spec: TargetSpec;
  /** With which options the harness can show in seconds what it loses: the lock of `textbook` is stale after ten. */
  stressed: TargetSpec;
  /** Whether a foreign reader, like that of the harness, understands its file. */
  isPlainJson: boolean;
  /** What a reader must know to compare. */
  remark?: string;
  /** What it takes to run it here; undefined if nothing is missing. */
  missing?: string;
}

/** Packages are no dependencies of this one: who wants to compare installs them. By name, with what to know. */
const packages = {
  conf: 'no fsync of the directory',
  lowdb: 'no fsync',
  configstore: 'no fsync of the directory',
  'keyv-file': 'no fsync; writes after 100 ms',
};

export function findRivals(): Rival[] {
  const textbook = resolveTarget('textbook', '.');
  const naive = resolveTarget('naive', '.');
  return [
    {
      spec: textbook,
      stressed: resolveTarget('textbook?stale=2000', '.'),
      isPlainJson: true,
      remark: 'no fsync of the directory; stressed with stale=2000',
    },
    { spec: naive, stressed: naive, isPlainJson: true, remark: 'no fsync' },
    ...Object.entries(packages).map(([name, remark]) => ({
      ...rival(name),
      remark,
      ...(isInstalled(name) ? {} : { missing: `not installed: npm i -D ${name}` }),
    })),
    ...findPeers(),
  ];
}

/** Those that promise as much: an acknowledged write is on the disk, and no other process overwrites it. */
export function findPeers(): Rival[] {
  const isSqliteThere = isBuiltin('node:sqlite') || isInstalled('better-sqlite3');
  const missing = {
    sqlite: isSqliteThere ? undefined : 'needs Node 22.13 or newer, or: npm i -D better-sqlite3',
    lmdb: isInstalled('lmdb') ? undefined : 'not installed: npm i -D lmdb',
  };
  return Object.entries(missing).map(([name, missing]) => ({
    ...rival(name),
    isPlainJson: false,
    remark: 'not a plain JSON file',
    ...(missing === undefined ? {} : { missing }),
  }));
}

function rival(name: string): Rival {
  const spec = { label: name, module: new URL(`./${name}.js`, import.meta.url).href, options: {} };
  return { spec, stressed: spec, isPlainJson: true };
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
