import crypto, { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { intercept } from '../store/calls.test.helper.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { until } from '../waiting.test.helper.js';
import { newToken, tokenOf } from './format.js';
import { openTokens, type Tokens } from './tokens.js';

/** What a verification costs tells nobody what is in the file. */
const calls: string[] = [];

/** Notes each call of these functions. @returns a function that ends it */
function counting<T extends object>(module: T, names: readonly (keyof T & string)[]): () => void {
  const wrapped = names.map((name) => {
    const original = module[name] as (...args: unknown[]) => unknown;
    const wrapper = (...args: unknown[]) => {
      calls.push(name);
      return original(...args);
    };
    return [name, wrapper] as const;
  });
  return intercept(module, Object.fromEntries(wrapped));
}

let ends: (() => void)[] = [];
beforeAll(() => {
  ends = [
    counting(crypto as typeof crypto & { hash: unknown }, ['hash', 'createHash', 'timingSafeEqual']),
    counting(fs, ['statSync', 'fstatSync', 'openSync', 'readSync', 'closeSync']),
  ];
});
afterAll(() => {
  for (const end of ends) end();
});

let tokens: Tokens;
let token: string;
let id: string;
beforeEach(async () => {
  tokens = openTokens({ file: path.join(newDirectory(), 'auth-tokens.json') });
  const made = await tokens.create();
  ({ token } = made);
  ({ id } = made.info);
  // Seen unchanged for longer than a tick: from now on one look is enough.
  await until(() => !callsOf(token).includes('readSync'));
});

function callsOf(presented: string): string[] {
  calls.length = 0;
  tokens.verify(presented);
  return [...calls];
}

it("a verification reads the file's state, hashes and compares once, whether id or secret are right or not", () => {
  const work = ['statSync', 'hash', 'timingSafeEqual'];
  expect(callsOf(token)).toEqual(work);
  expect(callsOf(tokenOf(id, randomBytes(16)))).toEqual(work);
  expect(callsOf(newToken().token)).toEqual(work);
});

it('a text that is mistyped or no token is refused without a look at the file', () => {
  for (const presented of [
    `${token.slice(0, -2)}${token.at(-1)}${token.at(-2)}x`,
    token.slice(1),
    '',
    'x'.repeat(1e6),
  ]) {
    expect(callsOf(presented)).toEqual([]);
  }
});
