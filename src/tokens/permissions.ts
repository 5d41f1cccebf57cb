/** What a token may do, in the order in which lists show it. */
export const permissions = ['read', 'write', 'execute'] as const;
/** One of `read`, `write` and `execute`. */
export type Permission = (typeof permissions)[number];

/**
 * Returns the permissions in their order, each once; undefined where one of them is unknown. Dropping an unknown one could
 * allow what a newer version forbids by it.
 */
export function toPermissions(names: Iterable<unknown>): readonly Permission[] | undefined {
  const given = new Set(names);
  const known = permissions.filter((permission) => given.delete(permission));
  return given.size === 0 ? Object.freeze(known) : undefined;
}
