/**
 * The guard of an HTTP server, and its adapters for node:http, Fetch, Hono and upgrades.
 *
 * @module holdfast/http
 */

export { toResponse, verify } from './adapters/fetch.js';
export { type GuardedEnv, honoGuard } from './adapters/hono.js';
export { admit } from './adapters/node-http.js';
export { guardUpgrades } from './adapters/upgrade.js';
export type { Admission, Answer, Decision, GuardError } from './guard/answers.js';
export { createGuard, type Guard } from './guard/guard.js';
export type { GuardOptions } from './guard/options.js';
export type { IncomingRequest } from './guard/request.js';
export type { Errand } from './guard/tickets.js';
export { type HardenedOptions, hardened } from './permissions/hardened.js';
export type { Method, Policy, Route } from './permissions/policy.js';
export { specified } from './permissions/specified.js';
