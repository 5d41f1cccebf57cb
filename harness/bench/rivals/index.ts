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
  /** What it takes to run it here; undefined if nothing is missing. */
  missing?: string;
}

/** Packages are no dependencies of this one: who wants to compare installs them. */
const packages = ['conf', 'lowdb', 'configstore', 'keyv-file'];

export function findRivals(): Rival[] {
  const textbook = resolveTarget('textbook', '.');
  const naive = resolveTarget('naive', '.');
  return [
    { spec: textbook, stressed: resolveTarget('textbook?stale=2000', '.'), isPlainJson: true },
    { spec: naive, stressed: naive, isPlainJson: true },
    ...packages.map((name) => ({
      ...rival(name),
      ...(isInstalled(name) ? {} : { missing: `not installed: npm i -D ${name}` }),
    })),
    {
      ...rival('sqlite'),
      isPlainJson: false,
      ...(isBuiltin('node:sqlite') || isInstalled('better-sqlite3')
        ? {}
        : { missing: 'needs Node 22.13 or newer, or: npm i -D better-sqlite3' }),
    },
  ];
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
