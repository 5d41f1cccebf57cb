import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, type StoreOptions } from '../index.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { eventually } from '../waiting.test.helper.js';
import { type Cluster, lacksEtcd, newCluster } from './cluster.test.helper.js';
import { type EtcdOptions, etcd, type TlsOptions } from './index.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

function open(options: EtcdOptions, limits: StoreOptions = {}) {
  const store = openStore(etcd(options), limits);
  onTestFinished(() => store.close());
  return store;
}

it.skipIf(lacksEtcd())(
  'a user of etcd needs nothing beyond its prefix, logs in again when it must, and a wrong password is E_UNAVAILABLE',
  async () => {
    const cluster = await newCluster(1, ['--auth-token', 'simple', '--bcrypt-cost', '4']);
    const { endpoints, call } = cluster;
    await addUsers(cluster);
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

/** Switches users on, with one beside root that may use the prefix `team`. */
async function addUsers({ call }: Cluster): Promise<void> {
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
}

/** Asks as root, with what ends every login by a JWT: another user. */
async function addOtherUser({ call, endpoints }: Cluster): Promise<void> {
  const { token } = (await call('/v3/auth/authenticate', { name: 'root', password: 'made up root' })) as {
    token: string;
  };
  const response = await fetch(`${endpoints[0]}/v3/auth/user/add`, {
    method: 'POST',
    headers: { authorization: token },
    body: JSON.stringify({ name: 'other', password: 'made up' }),
  });
  expect(await response.json()).toMatchObject({ header: {} });
}

it.skipIf(lacksEtcd('openssl'))(
  'a login by a JWT is made anew when any user of etcd was changed',
  async () => {
    const directory = newDirectory();
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'jwt.key');
    openssl('ec', '-in', 'jwt.key', '-pubout', '-out', 'jwt.pub');
    const [pub, key] = ['jwt.pub', 'jwt.key'].map((name) => path.join(directory, name));
    const token = `jwt,pub-key=${pub},priv-key=${key},sign-method=ES256`;
    const cluster = await newCluster(1, ['--auth-token', token, '--bcrypt-cost', '4']);
    await addUsers(cluster);
    const { endpoints } = cluster;
    const store = open({ endpoints, prefix: 'team', user: { name: 'team', password: 'CANARY' } });
    await store.set('a', 1);
    await addOtherUser(cluster);
    expect(await store.update('a', () => 2)).toBe(2);
    await store.set('a', 3);
    expect(await store.get('a')).toBe(3);
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
    const wrong: [TlsOptions, RegExp][] = [
      [{}, /certificate/],
      [own, /certificate/],
      [{ ca: pem('strange.pem'), ...own }, /certificate/],
      [{ ca: pem('ca.pem') }, /certificate|alert|hang up|ECONNRESET/],
    ];
    for (const [tls, said] of wrong) {
      // On a busy machine a call may end before its first try does.
      const strange = open({ endpoints, prefix: 'team', tls }, { deadlineMs: 150 });
      await eventually(async () => {
        const error = await failureOf(() => strange.get('a'));
        expect([error.code, error.definite, error.message]).toEqual([
          ...['E_UNAVAILABLE', true],
          expect.stringMatching(said),
        ]);
      });
    }
  });
});
