import { readDuration } from '../duration.js';
import { StoreError } from '../errors/store-error.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Life of a token for which no other was asked. */
export const defaultLifeMs = 90 * dayMs;
/** A rotated token is accepted for this long by default, and never longer than `graceMsMax`. */
export const defaultGraceMs = hourMs;
export const graceMsMax = dayMs;
/** The beginning of the year 10000: later times have no usual notation. */
const latest = 253_402_300_800_000;

/**
 * Reads when a token expires: after a duration (`90d`), at an ISO date (`2027-01-31`: when that day begins, in UTC), at an ISO time
 * with its zone (`2027-01-31T18:00:00Z`, `...+02:00`), or `never`.
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970, or null for never
 * @throws StoreError `E_INPUT` for any other text, and for a time that has passed
 */
export function parseExpiry(text: string, now: number): number | null {
  if (text === 'never') return null;
  const duration = readDuration(text);
  return checkExpiry(duration === undefined ? parseDate(text) : now + duration, now);
}

/** Returns the same value if a token may expire at that time. */
export function checkExpiry(expiresAt: number, now: number): number {
  if (!Number.isSafeInteger(expiresAt) || expiresAt >= latest) {
    throw invalid('expected an expiry before the year 10000', 'Give never for a token that does not expire');
  }
  if (expiresAt <= now) throw invalid('the expiry is over already', 'Give a later one');
  return expiresAt;
}

const isoDate = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

function parseDate(text: string): number {
  const [, year, month, day, time] = isoDate.exec(text) ?? [];
  // `Date.parse` takes the 31st of April for the 1st of May.
  const isReal = Number(month) >= 1 && Number(day) >= 1 && Number(day) <= daysIn(Number(year), Number(month));
  const milliseconds = isReal ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return milliseconds;
  const zone = time === undefined && /^\d{4}-\d\d-\d\dT/.test(text) ? ' with its zone' : '';
  throw invalid(
    `expected an expiry${zone}, got ${JSON.stringify(text.slice(0, 40))}`,
    'Give a duration (30m, 12h, 90d, 4w, 1y), a date (2027-01-31), a time (2027-01-31T18:00:00Z) or never',
  );
}

function daysIn(year: number, month: number): number {
  return month <= 12 ? (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / dayMs : 0;
}

function invalid(message: string, hint: string): StoreError {
  return new StoreError('E_INPUT', message, { definite: true, hint: `${hint}. Nothing was written` });
}
