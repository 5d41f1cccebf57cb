/** What a token may do, in the order in which it is always told. */
export const permissions = ['read', 'write', 'execute'] as const;
export type Permission = (typeof permissions)[number];

/**
 * The permissions in their order, each once. Undefined where one of them is unknown: to leave out what a newer version
 * may mean by it could allow what it was to forbid.
 */
export function toPermissions(names: Iterable<unknown>): readonly Permission[] | undefined {
  const given = new Set(names);
  const known = permissions.filter((permission) => given.delete(permission));
  return given.size === 0 ? Object.freeze(known) : undefined;
}
