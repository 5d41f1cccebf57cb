import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, type StoreOptions } from '../index.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { lacksEtcd, newCluster } from './cluster.test.helper.js';
import { type EtcdOptions, etcd } from './index.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

function open(options: EtcdOptions, limits: StoreOptions = {}) {
  const store = openStore(etcd(options), limits);
  onTestFinished(() => store.close());
  return store;
}

it.skipIf(lacksEtcd())(
  'a user of etcd needs nothing beyond its prefix, logs in again when it must, and a wrong password is E_UNAVAILABLE',
  async () => {
    const { endpoints, call } = await newCluster(1, ['--auth-token', 'simple', '--bcrypt-cost', '4']);
    const range = { key: base64('team/'), range_end: base64('team0') };
    const steps: [string, object][] = [
      ['user/add', { name: 'root', password: 'made up root' }],
      ['role/add', { name: 'root' }],
      ['user/grant', { user: 'root', role: 'root' }],
      ['user/add', { name: 'team', password: 'CANARY' }],
      ['role/add', { name: 'team' }],
      ['role/grant', { name: 'team', perm: { permType: 'READWRITE', ...range } }],
      ['user/grant', { user: 'team', role: 'team' }],
      ['enable', {}],
    ];
    for (const [step, body] of steps) {
      const answer = await call(`/v3/auth/${step}`, body);
      expect([step, answer.error]).toEqual([step, undefined]);
    }
    let asked = 0;
    const password = () => {
      asked++;
      return 'CANARY';
    };
    const store = open({ endpoints, prefix: 'team', user: { name: 'team', password } });
    await store.set('a', 1);
    expect(await store.update('a', () => 2)).toBe(2);
    expect(
      await store.refresh(
        'a',
        () => false,
        () => 3,
      ),
    ).toBe(3);
    const isTold = new Promise((resolve) => store.watch(resolve, { onBegin: () => void store.set('b', 1) }));
    expect(await isTold).toEqual({ changed: ['b'], removed: [] });
    expect(asked).toBe(1);

    // All logins end when users are switched off and on.
    const { token } = (await call('/v3/auth/authenticate', { name: 'root', password: 'made up root' })) as {
      token: string;
    };
    const asRoot = { method: 'POST', headers: { authorization: token }, body: '{}' };
    await fetch(`${endpoints[0]}/v3/auth/disable`, asRoot);
    await call('/v3/auth/enable', {});
    await store.set('a', 4);
    expect(await store.get('a')).toBe(4);
    expect(asked).toBe(2);

    const outside = await failureOf(() =>
      open({ endpoints, prefix: 'other', user: { name: 'team', password } }).get('a'),
    );
    expect([outside.code, outside.message]).toEqual(['E_IO', expect.stringMatching(/permission denied/)]);
    const wrong = { name: 'team', password: 'CANARY wrong' };
    for (const user of [wrong, undefined]) {
      const options = { endpoints, prefix: 'team', ...(user && { user }) };
      const error = await failureOf(() => open(options).set('a', 1));
      expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
      expect(inspect(error)).not.toMatch(/CANARY/);
    }
  },
);

describe.skipIf(lacksEtcd('openssl'))('members with TLS', () => {
  /** An authority, and what it has signed. */
  function newCertificates() {
    const directory = newDirectory();
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
    const newPair = (name: string, ...args: string[]) =>
      openssl(
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...['-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '2', ...args],
      );
    newPair('ca');
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'basicConstraints=critical,CA:FALSE'];
    newPair('server', ...signed, '-addext', 'subjectAltName=IP:127.0.0.1');
    newPair('client', ...signed, '-addext', 'extendedKeyUsage=clientAuth');
    newPair('strange');
    return {
      file: (name: string) => path.join(directory, name),
      pem: (name: string) => readFileSync(path.join(directory, name)),
    };
  }

  it('a member is known by its authority, and this process to it by its certificate', async () => {
    const { file, pem } = newCertificates();
    const flags = [
      ...['--cert-file', file('server.pem'), '--key-file', file('server.key')],
      ...['--client-cert-auth', '--trusted-ca-file', file('ca.pem')],
    ];
    const { endpoints } = await newCluster(1, flags, 'https');
    const own = { cert: pem('client.pem'), key: pem('client.key') };
    const store = open({ endpoints, prefix: 'team', tls: { ca: pem('ca.pem'), ...own } });
    await store.set('a', 1);
    const isTold = new Promise((resolve) => store.watch(resolve, { onBegin: () => void store.set('b', 1) }));
    expect(await isTold).toEqual({ changed: ['b'], removed: [] });
    const wrong = [{}, own, { ca: pem('strange.pem'), ...own }, { ca: pem('ca.pem') }];
    for (const tls of wrong) {
      const error = await failureOf(() =>
        open({ endpoints, prefix: 'team', tls }, { deadlineMs: 150 }).get('a'),
      );
      expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
    }
  });
});
