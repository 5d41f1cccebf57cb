import { describe, expect, it } from 'vitest';
import { failureOf } from '../store/scratch.test.helper.js';
import { parseExpiry } from './expiry.js';

const now = Date.parse('2027-01-31T12:00:00Z');
const hourMs = 3_600_000;

it.each<[string, number | null]>([
  ['30m', now + hourMs / 2],
  ['12h', now + 12 * hourMs],
  ['90d', now + 90 * 24 * hourMs],
  ['2w', now + 14 * 24 * hourMs],
  ['1y', now + 365 * 24 * hourMs],
  ['1.5h', now + 1.5 * hourMs],
  ['90s', now + 90_000],
  ['never', null],
  ['2027-02-01', Date.parse('2027-02-01T00:00:00Z')],
  ['2028-02-29', Date.parse('2028-02-29T00:00:00Z')],
  ['2027-01-31T12:01Z', now + 60_000],
  ['2027-01-31T13:00:00.001Z', now + hourMs + 1],
  ['2027-01-31T15:00:00+02:00', now + hourMs],
])('the expiry %s is accepted', (text, expected) => {
  expect(parseExpiry(text, now)).toBe(expected);
});

describe('an expiry that is refused', () => {
  it.each([
    ...['', '90', '0d', '-1d', '90 d', '90D', '1month', 'forever', 'Never', '01d', '1e3d', 'NaN', '90d '],
    ...['2027-02-29', '2027-13-01', '2027-00-10', '2027-02-00', '2027-2-1', '01/02/2027', '20270201'],
    ...['2027-02-01T25:00:00Z', '2027-02-01 12:00:00Z', '2027-02-01T12Z'],
  ])('the expiry %j is refused with what was expected', async (text) => {
    const error = await failureOf(() => parseExpiry(text, now));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(error.message).toContain(`got ${JSON.stringify(text)}`);
    expect(error.message).toContain('90d');
  });
  it('a time without its zone is refused', async () => {
    expect((await failureOf(() => parseExpiry('2027-02-01T12:00:00', now))).message).toContain(
      'with its zone',
    );
  });
  it.each(['2027-01-31', '2027-01-31T12:00:00Z', '1999-01-01'])(
    'the expiry %s is refused as over already',
    async (text) => {
      expect((await failureOf(() => parseExpiry(text, now))).message).toContain('over already');
    },
  );
  it('a time beyond the year 10000 is refused', async () => {
    expect((await failureOf(() => parseExpiry('99999y', now))).message).toContain('before the year 10000');
  });
});
