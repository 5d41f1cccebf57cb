import * as v from 'valibot';
import { isId } from './format.js';
import { permissions, toPermissions } from './permissions.js';
import type { TokenInfo } from './token-info.js';

/**
 * The token file is a JSON object: the id of each token to its entry. Fields that this version does not know are kept by
 * every write and mean nothing to it; whatever would *restrict* a token further must therefore come with another
 * `version`. An entry that is not understood is refused and left as it is, for a newer version to use.
 */
export interface TokenEntry extends TokenInfo {
  /** SHA-256 of the whole token, in hexadecimal. */
  readonly hash: string;
}

const schema = /* @__PURE__ */ entrySchema();

function entrySchema() {
  const time = v.pipe(v.number(), v.safeInteger());
  return v.object({
    version: v.literal(1),
    hash: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
    name: v.optional(v.string()),
    permissions: v.array(v.picklist(permissions)),
    createdAt: time,
    expiresAt: v.nullable(time),
  });
}

export type StoredToken = v.InferOutput<typeof schema>;

const algorithm = 'sha256:';

export function encodeEntry({
  hash,
  name,
  permissions,
  createdAt,
  expiresAt,
}: Omit<TokenEntry, 'id'>): StoredToken {
  return {
    version: 1,
    hash: algorithm + hash,
    ...(name === undefined ? {} : { name }),
    permissions: [...permissions],
    createdAt,
    expiresAt,
  };
}

/** Returns undefined for an entry that is not understood: its token is refused. */
export function decodeEntry(id: string, value: unknown): TokenEntry | undefined {
  const result = v.safeParse(schema, value);
  if (!result.success || !isId(id)) return undefined;
  const { hash, name, createdAt, expiresAt } = result.output;
  const known = toPermissions(result.output.permissions);
  if (!known) return undefined;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    permissions: known,
    createdAt,
    expiresAt,
    hash: hash.slice(algorithm.length),
  };
}

/** Without the hash. Frozen: the same object is returned to all who present the token. */
export function infoOf({ hash: _, ...info }: TokenEntry): TokenInfo {
  return Object.freeze(info);
}

export function isExpired({ expiresAt }: Pick<TokenInfo, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && now >= expiresAt;
}
