import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { closest } from '../../src/cli/closest.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { TargetModule, TargetOptions, TargetSpec } from '../core/target.js';
import { loadModule } from './load-module.js';

/** The stores that ship with the harness, each with what it loses. */
export const targets: Readonly<Record<string, string>> = {
  hardened: 'the store of this project: intent leases, a queue, a last-committed copy',
  naive: 'read, spread, write in place; any read error reads as {}: loses updates, wipes on a torn read',
  'in-process-lock': 'a lock inside each process: loses updates between processes',
  'rename-only': 'temporary file and rename, no lock: loses updates, no torn reads',
  'strict-read': 'throws on an unreadable file: loses updates, torn reads surface as errors',
  textbook:
    'proper-lockfile + write-file-atomic: a holder paused beyond "stale" writes late (textbook?stale=2000)',
  'lease-dir':
    "the agent's lock directory with a heartbeat: a holder paused beyond it writes late, a crash blocks all for 60 s",
  etcd: 'the store on etcd, on three members of its own: needs the program etcd (etcd?receipts=off, etcd?reads=local: planted bugs)',
  postgres:
    'the store on PostgreSQL, on a server of its own: needs the programs of PostgreSQL and the package postgres (postgres?receipts=off, postgres?deletes=early: planted bugs)',
};

/**
 * Finds a target by name or path, with options behind a question mark: `textbook?stale=2000`, `./my-store.ts`.
 * @throws UsageError if there is none
 */
export function resolveTarget(label: string, directory: string): TargetSpec {
  const [name = '', query = ''] = label.split('?');
  const options: TargetOptions = Object.fromEntries(new URLSearchParams(query));
  if (Object.hasOwn(targets, name))
    return { label, options, module: new URL(`./${name}.js`, import.meta.url).href };

  const file = path.resolve(directory, name);
  if (existsSync(file) && statSync(file).isFile())
    return { label, options, module: pathToFileURL(file).href };
  const isPath = /[\\/]|\.[cm]?[jt]s$/.test(name);
  const expected = `a module on disk or one of: ${Object.keys(targets).join(', ')}`;
  throw new UsageError(
    isPath ? `no module at ${file}` : `unknown target "${name}"${closest(name, Object.keys(targets))}`,
    `expected ${expected}`,
  );
}

/** True for one that ships with the harness. */
export function isShipped({ label }: Pick<TargetSpec, 'label'>): boolean {
  return Object.hasOwn(targets, label.split('?', 1)[0] ?? '');
}

/** Those of them that are on a cluster, whose members they start themselves. */
const withCluster = ['etcd', 'postgres'];

/** Known beforehand, as for tokens. */
export function bringsCluster({ label, program }: TargetSpec): boolean {
  return program === undefined && withCluster.includes(label.split('?', 1)[0] ?? '');
}

/** Those of them that have tokens, too. */
const withTokens = ['hardened', 'naive', 'rename-only', 'etcd'];

/** Known beforehand. What a module on disk exports is known only when it is loaded. */
export function hasTokens({ label, program }: TargetSpec): boolean {
  return program === undefined && withTokens.includes(label.split('?', 1)[0] ?? '');
}

/** Loads a target's module. Called in client processes: a target may do anything while it loads. */
export async function loadTarget(spec: TargetSpec): Promise<TargetModule> {
  if (!spec.program) return load(spec, 'open', 'export function open(file) { return store }');
  // By its place, as any target: with its formats it is larger than all else that a client needs.
  const { programModule } = (await import(spec.module)) as typeof import('./program/store.js');
  return programModule(spec.program);
}

/** The same for a scenario about tokens. */
export function loadTokenTarget(spec: TargetSpec): Promise<TokenTarget> {
  return load(spec, 'openTokens', 'export function openTokens(file) { return tokens }');
}

export type TokenTarget = Partial<TargetModule> & Required<Pick<TargetModule, 'openTokens'>>;

async function load<T extends Partial<TargetModule>>(
  { label, module }: TargetSpec,
  wanted: 'open' | 'openTokens',
  expected: string,
): Promise<T> {
  const loaded: Partial<TargetModule> = await loadModule(module);
  if (typeof loaded[wanted] === 'function') return loaded as T;
  throw new UsageError(
    `target "${label}" has no function "${wanted}"`,
    `it exports ${Object.keys(loaded).join(', ') || 'nothing'}; expected: ${expected}`,
  );
}
