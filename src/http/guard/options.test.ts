import { expect, it } from 'vitest';
import { createGuard } from './guard.js';
import { MadeUpTokens } from './guard.test.helper.js';

it.each([
  ['nothing', {}],
  ['a word in place of a verifier', { tokens: 'nobody' }],
  ['no verifier, as of a call that failed', { tokens: undefined }],
  ['both', { tokens: new MadeUpTokens(), authentication: 'disabled' }],
  ['a word for authentication that it does not know', { tokens: new MadeUpTokens(), authentication: 'none' }],
  ['authentication that is off by another word', { authentication: false }],
])('createGuard refuses options that do not say how clients authenticate: %s', (_, options) => {
  expect(() => createGuard(options as never)).toThrow("authentication: 'disabled'");
});
