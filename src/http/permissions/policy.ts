import type { Permission } from '../../tokens/permissions.js';

/** The methods that a request may have; RFC 9110 has them in upper case only. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** One of the methods that a request may have. */
export type Method = (typeof methods)[number];

/** A request as a policy sees it. */
export interface Route {
  /** In upper case. */
  method: Method;
  /** The words of the path under every reading of it, in lower case: `/api/pty/1` has `api`, `pty` and `1`. */
  words: ReadonlySet<string>;
  /** The segments of the path, in lower case; undefined where a router might read the path in another way. */
  segments: readonly string[] | undefined;
}

/** Returns the permissions that a request needs, all of them. A pure function. An empty list counts as all three. */
export type Policy = (route: Route) => readonly Permission[];

export function isMethod(method: string): method is Method {
  return (methods as readonly string[]).includes(method);
}

/** True for the methods that promise to change nothing. */
export function isSafe(method: Method): boolean {
  return method === 'GET' || method === 'HEAD';
}
