import { decode, type Info } from './schema.js';

const hidden = '********';
const longerThan = 16;
const shownAtEnd = 4;

/** Returns a secret as it may be shown: with its last 4 characters if it has more than 16, and else with none. */
export function maskSecret(secret: string): string {
  const characters = [...secret];
  return characters.length > longerThan ? hidden + characters.slice(-shownAtEnd).join('') : hidden;
}

/** The fields of a credential that are not secret. Every other string counts as a secret. */
const publicFields: Record<Info['type'], readonly string[]> = {
  oauth: ['type', 'accountId', 'enterpriseUrl'],
  api: ['type'],
  // The key is the name of an environment variable.
  wellknown: ['type', 'key'],
};

/** Returns an entry with its secrets masked. In an entry of unknown type every string counts as a secret. */
export function maskEntry(entry: unknown): unknown {
  const info = decode(entry);
  if (!info) return maskAll(entry);
  const isPublic = (field: string) => publicFields[info.type].includes(field);
  return mapFields(info, (field, value) => (isPublic(field) ? value : maskAll(value)));
}

/** What lies deeper is masked as a whole: to go through any number of levels would take any number of calls. */
const levelsShown = 32;

function maskAll(value: unknown, levels = levelsShown): unknown {
  if (typeof value === 'string') return maskSecret(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return hidden;
  if (Array.isArray(value)) return value.map((inner) => maskAll(inner, levels - 1));
  return mapFields(value, (_, inner) => maskAll(inner, levels - 1));
}

/** `fromEntries` defines each field as its own, `__proto__` too. */
function mapFields(value: object, change: (field: string, value: unknown) => unknown): unknown {
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, change(field, inner)]));
}
