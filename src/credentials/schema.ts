import * as v from 'valibot';
import { StoreError } from '../errors/store-error.js';
import type { Schema } from './standard-schema.js';

/** An OAuth credential. */
export interface Oauth {
  type: 'oauth';
  /** The refresh token, a secret. */
  refresh: string;
  /** The access token, a secret. */
  access: string;
  /** Milliseconds since 1970; 0 means never. The runtime once wrote fractions, so they are accepted. */
  expires: number;
  /** The account at the provider. */
  accountId?: string | undefined;
  /** The address of an installation of one's own. */
  enterpriseUrl?: string | undefined;
}
/** An API key. */
export interface Api {
  type: 'api';
  /** The key, a secret. */
  key: string;
  /** Not for secrets. */
  metadata?: Record<string, string> | undefined;
}
/** A token that is exported as an environment variable. */
export interface WellKnown {
  type: 'wellknown';
  /** The name of the environment variable. */
  key: string;
  /** The token, a secret. */
  token: string;
}
/** A credential as the agent writes it. At run time it may carry fields beyond these; they are kept. */
export type Info = Oauth | Api | WellKnown;

// Loose: a newer version of the agent, or a plugin, may know fields that this version does not. Each is made by one pure call, so
// that a bundler leaves the validator out of a program that needs the store alone.
const oauth = /* @__PURE__ */ oauthSchema();
const api = /* @__PURE__ */ apiSchema();
const wellKnown = /* @__PURE__ */ wellKnownSchema();
const info = /* @__PURE__ */ v.variant('type', [oauth, api, wellKnown]);

function oauthSchema() {
  return v.looseObject({
    type: v.literal('oauth'),
    refresh: v.string(),
    access: v.string(),
    expires: v.pipe(v.number(), v.finite()),
    accountId: v.optional(v.string()),
    enterpriseUrl: v.optional(v.string()),
  });
}

function apiSchema() {
  return v.looseObject({
    type: v.literal('api'),
    key: v.string(),
    metadata: v.optional(v.record(v.string(), v.string())),
  });
}

function wellKnownSchema() {
  return v.looseObject({ type: v.literal('wellknown'), key: v.string(), token: v.string() });
}

/** The schema of an OAuth credential. */
export const Oauth: Schema<Oauth> = oauth;
/** The schema of an API key. */
export const Api: Schema<Api> = api;
/** The schema of a token that is exported as an environment variable. */
export const WellKnown: Schema<WellKnown> = wellKnown;
/** The schema of every credential. */
export const Info: Schema<Info> = info;

/** Returns the same value if it is a credential, and undefined for anything else: entries of other programs are no error. */
export function decode(value: unknown): Info | undefined {
  // Not `parse`: its result is a copy that leaves out fields named `__proto__` or `constructor`.
  return v.is(info, value) ? value : undefined;
}

/** Is it an entry that the agent drops with any write, because it can't decode it? */
export function isOpaque(value: unknown): boolean {
  return decode(value) === undefined;
}

/**
 * Returns the same value if it is a credential.
 *
 * @throws StoreError `E_INPUT` for anything else. The message says what was expected where, and what kind of value was found; it
 * never quotes the value, which is secret
 */
export function validate(value: unknown): Info {
  const { success, issues } = v.safeParse(info, value, { abortEarly: true });
  if (success) return value as Info;
  const [issue] = issues;
  const [field, inner] = issue.path ?? [];
  // Beyond the first level the names are not the schema's but the caller's: any of them might be a secret, too.
  const place = field ? `${inner ? 'an entry of ' : ''}its field "${String(field.key)}"` : 'it';
  throw new StoreError(
    'E_INPUT',
    `not a credential: ${place} must be ${expectationOf(issue)}, and ${kindOf(issue.input)} was found`,
    {
      definite: true,
      hint: 'A credential is { type: "oauth", refresh, access, expires }, { type: "api", key } or { type: "wellknown", key, token }',
    },
  );
}

function expectationOf({ type, expected, input }: v.BaseIssue<unknown>): string {
  if (expected === 'Object') return 'an object';
  if (type === 'variant') return 'oauth, api or wellknown';
  // To the validator a field that is missing is a fault of the object, which does not tell the field's own type.
  if (input === undefined) return 'given';
  return type === 'string' ? 'a string' : 'a finite number';
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number that is not finite';
  return `a ${typeof value}`;
}
