import { StoreError } from '../errors/store-error.js';
import { idOf, isId, looksLikeToken } from './format.js';

const listedMax = 5;

/**
 * Returns the one id that is meant by an id, by the beginning of one, or by a token itself. Keys that are not token ids are ignored.
 * @throws StoreError `E_NOT_FOUND` where no id or more than one matches; the message repeats no secret
 */
export function findId(keys: Iterable<string>, which: string): string {
  const ids = [...keys].filter(isId);
  const wanted = idOf(which) ?? which;
  if (ids.includes(wanted)) return wanted;
  const meant = wanted === '' ? [] : ids.filter((id) => id.startsWith(wanted));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  if (only === undefined) throw notFound(`no token ${described(wanted)}`, hintFor(which));
  const more = meant.length > listedMax ? ', ...' : '';
  throw notFound(
    `${meant.length} tokens begin with ${JSON.stringify(wanted)}: ${meant.slice(0, listedMax).join(', ')}${more}`,
    'Nothing was written. Give more of the id',
  );
}

function described(wanted: string): string {
  if (looksLikeToken(wanted)) return 'is what was given';
  return wanted === '' ? 'is without an id' : `begins with ${JSON.stringify(wanted)}`;
}

function hintFor(which: string): string {
  if (looksLikeToken(which) && idOf(which) === undefined) {
    return 'Nothing was written. It looks like a token, and its checksum is wrong: give the id instead';
  }
  return 'Nothing was written. `holdfast auth token list` shows the ids';
}

function notFound(message: string, hint: string): StoreError {
  return new StoreError('E_NOT_FOUND', message, { definite: true, hint });
}
