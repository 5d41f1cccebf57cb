import { describe, expect, it } from 'vitest';
import { allTextOf, failureOf } from '../store/scratch.test.helper.js';
import { decode, validate } from './schema.js';

const oauth = { type: 'oauth', refresh: 'r', access: 'a', expires: 0 };

describe('a value that is a credential', () => {
  it.each<[string, unknown]>([
    ['oauth', oauth],
    ['oauth with all it may have', { ...oauth, accountId: 'id', enterpriseUrl: 'https://x' }],
    ['oauth that expires between two milliseconds', { ...oauth, expires: 1767225600000.25 }],
    ['oauth that expired before 1970', { ...oauth, expires: -1 }],
    ['api', { type: 'api', key: '' }],
    ['api with metadata', { type: 'api', key: 'k', metadata: { instanceUrl: 'https://x' } }],
    ['wellknown', { type: 'wellknown', key: 'TOKEN', token: 't' }],
    ['one with fields that only another version knows', { type: 'api', key: 'k', since: { version: 9 } }],
    [
      'one with fields of awkward names',
      JSON.parse('{"__proto__":1,"constructor":2,"type":"api","key":"k"}'),
    ],
  ])('a credential is returned as it is: %s', (_, value) => {
    expect(decode(value)).toBe(value);
    expect(validate(value)).toBe(value);
  });
});

describe('a value that is no credential', () => {
  const metadata = { CANARY: 1 };
  it.each<[unknown, RegExp]>([
    [undefined, /it must be an object, and nothing was found/],
    [null, /it must be an object, and null was found/],
    ['CANARY', /it must be an object, and a string was found/],
    [['CANARY'], /"type" must be oauth, api or wellknown, and nothing was found/],
    [{ api_key: 'CANARY' }, /"type" must be oauth, api or wellknown, and nothing was found/],
    [{ type: 'CANARY', key: 'CANARY' }, /"type" must be oauth, api or wellknown, and a string was found/],
    [{ type: 'api', token: 'CANARY' }, /"key" must be given, and nothing was found/],
    [{ type: 'api', key: ['CANARY'] }, /"key" must be a string, and an array was found/],
    [
      { type: 'api', key: 'CANARY', metadata: 'CANARY' },
      /"metadata" must be an object, and a string was found/,
    ],
    [
      { type: 'api', key: 'CANARY', metadata },
      /an entry of its field "metadata" must be a string, and a number/,
    ],
    [{ ...oauth, refresh: { CANARY: 'CANARY' } }, /"refresh" must be a string, and an object was found/],
    [{ ...oauth, expires: 'CANARY' }, /"expires" must be a finite number, and a string was found/],
    [{ ...oauth, expires: Number.NaN }, /"expires" must be a finite number, and a number that is not finite/],
    [{ ...oauth, expires: Infinity }, /"expires" must be a finite number, and a number that is not finite/],
    [{ ...oauth, accountId: 7, access: 'CANARY' }, /"accountId" must be a string, and a number was found/],
    [{ type: 'wellknown', key: 'CANARY', token: false }, /"token" must be a string, and a boolean was found/],
  ])(
    'the error names the field and the type that was found, and quotes nothing: %j',
    async (value, message) => {
      expect(decode(value)).toBeUndefined();
      const error = await failureOf(() => validate(value));
      expect(error).toMatchObject({ code: 'E_INPUT', definite: true, cause: undefined });
      expect(error.message).toMatch(message);
      expect(allTextOf(error)).not.toContain('CANARY');
    },
  );
});
