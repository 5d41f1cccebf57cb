import * as v from 'valibot';
import { StoreError } from '../errors/store-error.js';

/** Fields of an OAuth credential. */
const oauth = {
  type: v.literal('oauth'),
  refresh: v.string(),
  access: v.string(),
  /** Milliseconds since 1970; 0 means never. The runtime once wrote fractions, so they are accepted. */
  expires: v.pipe(v.number(), v.finite()),
  accountId: v.optional(v.string()),
  enterpriseUrl: v.optional(v.string()),
};
/** Fields of an API key. */
const api = {
  type: v.literal('api'),
  key: v.string(),
  metadata: v.optional(v.record(v.string(), v.string())),
};
/** Fields of a token that is exported as an environment variable. */
const wellknown = {
  type: v.literal('wellknown'),
  /** The name of the environment variable that the token is exported as. */
  key: v.string(),
  token: v.string(),
};

// Loose: a newer version of the agent, or a plugin, may know fields that this version does not.
/** The valibot schema of an OAuth credential. */
export const Oauth = v.looseObject(oauth);
/** The valibot schema of an API key. */
export const Api = v.looseObject(api);
/** The valibot schema of a token that is exported as an environment variable. */
export const WellKnown = v.looseObject(wellknown);
/** The valibot schema of every credential. */
export const Info = v.variant('type', [Oauth, Api, WellKnown]);

/**
 * An OAuth credential: `{ type: 'oauth', refresh, access, expires, accountId?, enterpriseUrl? }`. `expires` is in milliseconds
 * since 1970; 0 means never.
 */
export type Oauth = v.InferOutput<v.ObjectSchema<typeof oauth, undefined>>;
/** An API key: `{ type: 'api', key, metadata? }`. `metadata` maps strings to strings, and is not for secrets. */
export type Api = v.InferOutput<v.ObjectSchema<typeof api, undefined>>;
/** A token that is exported as the environment variable `key`: `{ type: 'wellknown', key, token }`. */
export type WellKnown = v.InferOutput<v.ObjectSchema<typeof wellknown, undefined>>;
/** A credential as the agent writes it. At run time it may carry fields beyond these; they are kept. */
export type Info = Oauth | Api | WellKnown;

/** Returns the same value if it is a credential, and undefined for anything else: entries of other programs are no error. */
export function decode(value: unknown): Info | undefined {
  // Not `parse`: its result is a copy that leaves out fields named `__proto__` or `constructor`.
  return v.is(Info, value) ? value : undefined;
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
  const { success, issues } = v.safeParse(Info, value, { abortEarly: true });
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
