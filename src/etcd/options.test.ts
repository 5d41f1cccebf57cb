import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore } from '../index.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { optionsFrom, parseEtcdAddress, readKeys } from './address.js';
import { etcd } from './index.js';
import { settingsOf } from './options.js';

const near = { endpoints: ['http://127.0.0.1:2379'], prefix: 'team' };
const far = { endpoints: ['https://10.0.0.11:2379'], prefix: 'team' };
const key = { id: 'k', secret: new Uint8Array(32) };

describe('the options of etcd()', () => {
  it.each([
    ['no endpoint', { ...near, endpoints: [] }, /needs endpoints/],
    [
      'an endpoint that is no address',
      { ...near, endpoints: ['nowhere'] },
      /endpoint 1 .* must be an address/,
    ],
    ['another scheme', { ...near, endpoints: ['ftp://127.0.0.1'] }, /must be an address such as/],
    ['a path', { ...near, endpoints: ['http://127.0.0.1/x'] }, /must end with its port/],
    ['a password', { ...near, endpoints: ['http://u:CANARY@127.0.0.1'] }, /has a user or a password/],
    ['no prefix', { ...near, prefix: '' }, /the prefix .* must be/],
    ["a prefix among another store's keys", { ...near, prefix: 'team/e' }, /for the keys of a store/],
    ['a prefix with an end', { ...near, prefix: 'team/' }, /the prefix .* must be/],
    [
      'plain HTTP to another machine',
      { ...far, endpoints: ['http://10.0.0.11'] },
      /would show it every credential/,
    ],
    [
      'a name that only begins like loopback',
      { ...near, endpoints: ['http://127.0.0.1.example'] },
      /would show/,
    ],
    ['plain values on another machine', far, /would be plain there/],
    ['no time for a try', { ...near, attemptMs: 0 }, /attemptMs/],
  ])('%s is refused with E_INPUT, and no secret is repeated', async (_, options, message) => {
    const error = await failureOf(() => etcd(options));
    expect([error.code, error.message]).toEqual(['E_INPUT', expect.stringMatching(message)]);
    expect(inspect(error)).not.toMatch(/CANARY/);
  });

  it('what is refused can be allowed by name', () => {
    const plain = { endpoints: ['http://10.0.0.11:2379'], prefix: 'team', insecure: true, unsealed: true };
    expect(settingsOf(plain).place).toBe('etcd://10.0.0.11:2379/team');
    expect(settingsOf({ ...far, keys: [key] }).place).toBe('etcd://10.0.0.11:2379/team');
    for (const host of ['localhost', '[::1]', '127.1.2.3'])
      expect(settingsOf({ ...near, endpoints: [`http://${host}:2379`] }).seal).toBeUndefined();
  });

  it('no secret is shown of a store or its engine', () => {
    const user = { name: 'u', password: 'CANARY' };
    const engine = etcd({ ...near, user, keys: [{ id: 'k', secret: Buffer.from('CANARY'.padEnd(32)) }] });
    const store = openStore(engine);
    const shown = [engine, engine.open(), store].map((value) =>
      inspect(value, { depth: 9, showHidden: true }),
    );
    expect(shown.join(JSON.stringify(store))).not.toMatch(/CANARY|67, 65, 78/);
    expect(JSON.stringify(store)).toBe('{"file":"etcd://127.0.0.1:2379/team","state":"open"}');
  });
});

describe('the address of a store', () => {
  it('an address gives the members and the prefix, by HTTPS where one is not on this machine', () => {
    const { endpoints, prefix } = parseEtcdAddress('etcd://10.0.0.11:2379,h2:1/team/a', {});
    expect([endpoints, prefix]).toEqual([['https://10.0.0.11:2379', 'https://h2:1'], 'team/a']);
    expect(parseEtcdAddress('etcd://[::1]:1,127.0.0.1:2/a', {}).endpoints).toEqual([
      'http://[::1]:1',
      'http://127.0.0.1:2',
    ]);
    expect(parseEtcdAddress('etcd://127.0.0.1:2/a', { tls: {} }).endpoints).toEqual(['https://127.0.0.1:2']);
  });

  it.each([
    'etcd://u:CANARY@h/a',
    'etcd://h/a?password=CANARY',
    'etcd://h/a#CANARY',
    'etcd://',
    'etcd://h',
    'etcd:///a',
  ])('%s is refused with E_INPUT, and not repeated', async (address) => {
    const error = await failureOf(() => openStore(address));
    expect(error.code).toBe('E_INPUT');
    expect(inspect(error)).not.toMatch(/CANARY/);
  });

  it('an address of an engine that is not loaded is refused, and a path with colons is a path', async () => {
    const error = await failureOf(() => openStore('mysql://h/a'));
    expect(error.message).toMatch(/mysql:\/\/, and the engines that are loaded are: .*etcd:\/\//);
    expect(`${openStore('a:b/c')}`).toBeDefined();
  });

  it('user, password, certificates and keys come from files that the environment names', async () => {
    const directory = newDirectory();
    const file = (name: string, text: string) => {
      const place = path.join(directory, name);
      writeFileSync(place, text, { mode: 0o600 });
      return place;
    };
    const secret = Buffer.alloc(32, 7);
    const keys = file('keys', `# newest first\nk2 ${secret.toString('base64url')}\n\nk1 ${'A'.repeat(43)}\n`);
    const options = optionsFrom({
      HOLDFAST_STORE_USER: 'u',
      HOLDFAST_STORE_PASSWORD_FILE: file('password', 'made up\n'),
      HOLDFAST_STORE_CA: file('ca', 'PEM'),
      HOLDFAST_KEYS_FILE: keys,
    });
    expect(options.user).toEqual({ name: 'u', password: expect.any(Function) });
    const { password } = options.user as { password: () => string };
    expect(password()).toBe('made up');
    expect(options.tls).toEqual({ ca: Buffer.from('PEM') });
    expect(options.keys).toEqual([
      { id: 'k2', secret },
      { id: 'k1', secret: Buffer.alloc(32) },
    ]);
    expect(optionsFrom({})).toEqual({});
    expect((await failureOf(() => optionsFrom({ HOLDFAST_STORE_USER: 'u' }))).message).toMatch(
      /must both be set/,
    );
    chmodSync(keys, 0o640);
    expect((await failureOf(() => readKeys(keys))).message).toMatch(/other users may read it/);
    const wrong = await failureOf(() => readKeys(file('wrong', 'k1 CANARY\n')));
    expect(wrong.message).toMatch(/line 1 of .* must be an id and 32 bytes/);
    expect(wrong.message).not.toMatch(/CANARY/);
    // Else the values would be plain from then on.
    for (const text of ['', '# none yet\n']) {
      const error = await failureOf(() => readKeys(file('none', text)));
      expect([error.code, error.message]).toEqual(['E_INPUT', expect.stringMatching(/none holds no key/)]);
    }
    const gone = path.join(directory, 'gone');
    for (const variable of ['HOLDFAST_STORE_CA', 'HOLDFAST_STORE_CERT', 'HOLDFAST_STORE_KEY']) {
      const error = await failureOf(() => optionsFrom({ [variable]: gone }));
      expect([error.code, error.message]).toEqual([
        'E_INPUT',
        `${variable} names ${gone}, which can't be read: ENOENT`,
      ]);
    }
    const noKeys = await failureOf(() => optionsFrom({ HOLDFAST_KEYS_FILE: gone }));
    expect([noKeys.code, noKeys.message]).toEqual([
      'E_INPUT',
      expect.stringMatching(/can't be read: ENOENT/),
    ]);
  });
});
