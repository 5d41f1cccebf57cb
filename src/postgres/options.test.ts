import { describe, expect, it } from 'vitest';
import { optionsFrom, parsePostgresAddress } from './address.js';
import { postgres } from './index.js';
import { settingsOf } from './options.js';

const near = { hosts: ['127.0.0.1:5432'], database: 'app', prefix: 'team' };
const far = { ...near, hosts: ['10.0.0.5'], tls: {} };
const keys = [{ id: 'k', secret: new Uint8Array(32) }];

describe('the options of postgres()', () => {
  it.each([
    ['no host', { ...near, hosts: [] }, /needs hosts/],
    ['a password in a host', { ...near, hosts: ['u:CANARY@127.0.0.1'] }, /host 1 .* must be an address/],
    ['a path', { ...near, hosts: ['127.0.0.1/CANARY'] }, /host 1 .* must be an address/],
    ['no database', { ...near, database: '' }, /the database .* must be/],
    ['a prefix with an end', { ...near, prefix: 'team/' }, /the prefix .* must be/],
    ['the place of the tokens of another store', { ...near, prefix: 'team/t' }, /reserved for the tokens/],
    ['a plain connection to another machine', { ...far, tls: undefined }, /would see every credential/],
    ['plain values on another machine', far, /would be plain there/],
    ['no time at all', { ...near, attemptMs: 0 }, /attemptMs must be/],
  ])('are refused: %s', (_, { tls, ...options }: Record<string, unknown>, expected) => {
    const given = tls === undefined ? options : { ...options, tls };
    const error = failure(() => settingsOf(given as unknown as Parameters<typeof settingsOf>[0]));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(error.message).toMatch(expected);
    expect(String(error)).not.toContain('CANARY');
  });

  it('are those of an address, with TLS for hosts that are not on this machine', () => {
    const address = 'postgres://10.0.0.5:6432,10.0.0.6/app/team/a';
    const { place, tls, hosts } = settingsOf(parsePostgresAddress(address, { keys }));
    expect(place).toBe('postgres://10.0.0.5:6432,10.0.0.6:5432/app/team/a');
    expect([tls, hosts[1]]).toEqual([{}, { host: '10.0.0.6', port: 5432 }]);
    expect(settingsOf(parsePostgresAddress('postgres://127.0.0.1/app/t', {})).tls).toBeUndefined();
  });

  it('are refused in an address that has more than its places, and the error shows nothing of it', () => {
    for (const address of [
      'postgres://u:CANARY@127.0.0.1/app/t',
      'postgres://127.0.0.1/app/t?password=CANARY',
      'postgres://127.0.0.1/app',
    ]) {
      const error = failure(() => postgres(address));
      expect(error).toMatchObject({ code: 'E_INPUT' });
      expect(String(error)).not.toContain('CANARY');
    }
  });

  it('name a user alone where the server asks for no password', () => {
    expect(optionsFrom({ HOLDFAST_STORE_USER: 'app' })).toEqual({ user: { name: 'app' } });
    expect(postgres('postgresql://127.0.0.1/app/t').place).toBe('postgres://127.0.0.1:5432/app/t');
  });
});

function failure(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
