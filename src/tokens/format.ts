import * as crypto from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * A token: `oct_<id>_<secret><checksum>`, 41 characters.
 *
 * - `oct_` names the kind of secret to a scanner.
 * - The id (8 characters) is public. It stands in lists and logs, and finds the entry without a search.
 * - The secret (22) is exactly 128 random bits in base 62.
 * - The checksum (6) is the CRC-32 of all before it: a typo is refused without a look at any file.
 *
 * Only letters, digits and `_`: a double click selects all of it, and it needs no quoting in a shell, a header
 * (the `b64token` of RFC 6750) or a URL.
 */
const prefix = 'oct_';
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 8;
const secretBytes = 16;
/** 62^22 is the first power of 62 above 2^128. */
const secretLength = 22;
const checksumLength = 6;
const checksumAt = prefix.length + idLength + 1 + secretLength;

/**
 * Finds tokens in any text, for a secret scanner. The first digits of secret and checksum can't be larger: 128 and 32 bits
 * do not fill 22 and 6 digits.
 */
export const tokenPattern = /\boct_[0-9A-Za-z]{8}_[0-7][0-9A-Za-z]{21}[0-4][0-9A-Za-z]{5}\b/;

const wholeToken = /* @__PURE__ */ new RegExp(`^${tokenPattern.source}$`);
const wholeId = /* @__PURE__ */ new RegExp(`^[0-9A-Za-z]{${idLength}}$`);

/** Makes a token. Its secret is stored nowhere; its hash is. */
export function newToken(): { token: string; id: string } {
  const id = Array.from({ length: idLength }, () => digits.charAt(crypto.randomInt(digits.length))).join('');
  return { token: tokenOf(id, crypto.randomBytes(secretBytes)), id };
}

export function tokenOf(id: string, secret: Buffer): string {
  const body = `${prefix}${id}_${base62(BigInt(`0x${secret.toString('hex')}`), secretLength)}`;
  return body + base62(BigInt(crc32(body)), checksumLength);
}

/** Returns the id of a token; undefined for a text that can't be one, a mistyped token included. Reads no file. */
export function idOf(token: string): string | undefined {
  if (!wholeToken.test(token) || crc32(token.slice(0, checksumAt)) !== checksumIn(token)) return undefined;
  return token.slice(prefix.length, prefix.length + idLength);
}

export function isId(text: string): boolean {
  return wholeId.test(text);
}

/** True for a text that may have been meant as a token, so that no message repeats it. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith(prefix) || text.length > 2 * idLength;
}

/**
 * SHA-256 of the whole token, in hexadecimal. Without salt and without a slow function: with 128 random bits there is
 * nothing to guess and no table to prepare (OWASP ASVS 5.0, 6.5.2; NIST SP 800-63B, 5.1.2.2: from 112 bits on).
 */
export function hashOf(token: string): string {
  // Twice as quick as a hash object; there from Node 20.12 on, and not on every other runtime.
  const oneShot: typeof crypto.hash | undefined = crypto.hash;
  return oneShot ? oneShot('sha256', token) : crypto.createHash('sha256').update(token).digest('hex');
}

function base62(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text;
}

/** By the code of a digit. */
const values = /* @__PURE__ */ valuesOfDigits();

function valuesOfDigits(): Uint8Array {
  const values = new Uint8Array(128);
  for (const [value, digit] of [...digits].entries()) values[digit.charCodeAt(0)] = value;
  return values;
}

/** As a number: this is done for every request. */
function checksumIn(token: string): number {
  let number = 0;
  for (let at = checksumAt; at < token.length; at++)
    number = number * 62 + (values[token.charCodeAt(at)] ?? 0);
  return number;
}
