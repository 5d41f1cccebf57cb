import crypto, { randomBytes } from 'node:crypto';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { intercept } from '../store/calls.test.helper.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { newToken, tokenOf } from './format.js';
import { openTokens } from './tokens.js';

it('a token is compared once and in constant time, for an unknown id as for a known one', async () => {
  const tokens = openTokens({ file: path.join(newDirectory(), 'auth-tokens.json') });
  onTestFinished(() => tokens.close());
  const { token, info } = await tokens.create();
  const compare = vi.fn(crypto.timingSafeEqual);
  onTestFinished(intercept(crypto, { timingSafeEqual: compare as never }));
  const presented: [string, boolean][] = [
    [token, true],
    [tokenOf(info.id, randomBytes(16)), false],
    [newToken().token, false],
  ];
  for (const [text, isGood] of presented) {
    compare.mockClear();
    expect(tokens.verify(text) !== undefined).toBe(isGood);
    expect(compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[64, 64]]);
    expect(compare.mock.results.map(({ value }) => value)).toEqual([isGood]);
  }
});
