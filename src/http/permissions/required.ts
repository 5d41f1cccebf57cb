import type { Permission } from '../../tokens/permissions.js';
import type { Path } from './path.js';
import type { Method, Policy } from './policy.js';

const all: readonly Permission[] = ['read', 'write', 'execute'];

/**
 * Returns what a request needs, in a fixed order and never nothing. An upgrade needs `execute` under every policy: it opens a
 * channel that no later check sees. Kubernetes let a GET be enough for `exec` for years (kubernetes/kubernetes #78741).
 */
export function requiredPermissions(
  policy: Policy,
  method: Method,
  { words, segments }: Path,
  upgrade: boolean,
): readonly Permission[] {
  const needed = new Set(policy({ method, words, segments }));
  if (needed.size === 0) return all;
  if (upgrade) needed.add('execute');
  return all.filter((permission) => needed.has(permission));
}

/** Returns what a request with several readings needs: all that any of them needs. */
export function requiredByAll(
  policy: Policy,
  methods: readonly Method[],
  paths: readonly Path[],
  upgrade: boolean,
): readonly Permission[] {
  const [method, ...otherMethods] = methods;
  const [path, ...otherPaths] = paths;
  if (!method || !path) return all;
  // Nearly always there is one reading.
  if (otherMethods.length + otherPaths.length === 0)
    return requiredPermissions(policy, method, path, upgrade);
  const needed = methods.flatMap((method) =>
    paths.flatMap((path) => requiredPermissions(policy, method, path, upgrade)),
  );
  return all.filter((permission) => needed.includes(permission));
}
