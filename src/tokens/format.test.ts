import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, idOf, looksLikeToken, newToken, tokenPattern } from './format.js';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const many = Array.from({ length: 2000 }, () => newToken());

it('a token is 41 letters, digits and underscores, and has its own id', () => {
  for (const { token, id } of many) {
    expect(token).toMatch(/^oct_[0-9A-Za-z]{8}_[0-9A-Za-z]{28}$/);
    expect(idOf(token)).toBe(id);
  }
});

it('the secret has 128 bits, each of which is equally likely zero or one', () => {
  const ones = new Array<number>(128).fill(0);
  for (const { token } of many) {
    let secret = 0n;
    for (const digit of token.slice(13, 35)) secret = secret * 62n + BigInt(digits.indexOf(digit));
    for (let bit = 0; bit < 128; bit++) ones[bit] = (ones[bit] ?? 0) + Number((secret >> BigInt(bit)) & 1n);
    expect(secret >> 128n).toBe(0n);
  }
  // Eight standard deviations of a fair coin: a bit that is never set, or always, is 45 away.
  for (const count of ones) expect(Math.abs(count - 1000)).toBeLessThan(8 * Math.sqrt(2000 / 4));
});

it('no two tokens have an id or a secret in common', () => {
  expect(new Set(many.map(({ id }) => id)).size).toBe(many.length);
  expect(new Set(many.map(({ token }) => token.slice(13, 35))).size).toBe(many.length);
});

it('the published pattern finds a token in a text, and no similar word', () => {
  for (const { token } of many.slice(0, 50)) {
    expect(tokenPattern.exec(`key="${token}", more`)?.[0]).toBe(token);
    expect(tokenPattern.test(`x${token}`)).toBe(false);
    expect(tokenPattern.test(`${token}x`)).toBe(false);
  }
  expect(tokenPattern.test('oct_12345678_something_else_that_is_no_token')).toBe(false);
});

describe('a mistyped token', () => {
  const place = fc.nat({ max: 40 });
  it('a token with one wrong character has no id', () => {
    fc.assert(
      fc.property(fc.nat({ max: many.length - 1 }), place, fc.constantFrom(...digits), (n, at, digit) => {
        const { token } = many[n] ?? newToken();
        const typo = token.slice(0, at) + digit + token.slice(at + 1);
        expect(idOf(typo) === undefined).toBe(typo !== token);
      }),
    );
  });
  it('a token with two neighbours swapped has no id', () => {
    fc.assert(
      fc.property(fc.nat({ max: many.length - 1 }), fc.nat({ max: 39 }), (n, at) => {
        const { token } = many[n] ?? newToken();
        const typo = token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2);
        expect(idOf(typo) === undefined).toBe(typo !== token);
      }),
    );
  });
  it('a token with something missing or added has no id', () => {
    const { token } = newToken();
    for (const typo of [
      '',
      'oct_',
      token.slice(1),
      token.slice(0, -1),
      `${token} `,
      `${token}\n`,
      ` ${token}`,
    ]) {
      expect(idOf(typo)).toBeUndefined();
    }
  });
});

it('the hash is SHA-256 of the whole token', () => {
  expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it('a text that may be a token is recognized, and an id is not taken for one', () => {
  const { token, id } = newToken();
  expect([token, token.slice(4), token.slice(13), `oct_${id}`].every(looksLikeToken)).toBe(true);
  expect(looksLikeToken(id)).toBe(false);
});
