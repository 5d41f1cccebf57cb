import { describe, expect, it } from 'vitest';
import { bearer, newGuard } from './guard.test.helper.js';
import { isLoopback, isUnspecified } from './hosts.js';

/** What a server on loopback must refuse to pages of other sites. */
const app = 'https://app.example';
const { tokens, ask } = newGuard({
  hosts: ['Box.example', '192.168.1.5', 'fe80::1'],
  origins: [app, 'tauri://localhost'],
});
const token = tokens.add('read', 'write', 'execute');
const good = bearer(token);

describe('the Host header', () => {
  it.each([
    'localhost',
    'LOCALHOST:4096',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:4096',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    'box.example',
    'BOX.example:80',
    '192.168.1.5:4096',
    '[fe80::1]:1',
  ])('the Host %s is a name of this server', (host) => {
    expect(ask('GET', '/x', [['host', host], good])).toMatchObject({ ok: true });
  });

  it.each([
    'evil.example',
    'evil.example:4096',
    'localhost.evil.example',
    'evil-localhost',
    'localhost.',
    '127.0.0.1.evil.example',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '0.0.0.0',
    '[::]',
    '[::ffff:10.0.0.1]',
    '10.0.0.1',
    '[::1',
    '::1',
    '[::1]x',
    '[::1%25lo]',
    'localhost:99999',
    'localhost:',
    'localhost:4096x',
    'user@localhost',
    'localhost/evil',
    'localhost,evil.example',
    ' localhost',
    '',
  ])('the Host "%s" is refused, with a token and for an upgrade, too', (host) => {
    const lines = [['host', host], good] as const;
    for (const upgrade of [false, true])
      expect(ask('GET', '/x', lines, upgrade)).toMatchObject({ status: 403, error: 'host_not_allowed' });
  });

  it('a request must have exactly one Host', () => {
    const { guard } = newGuard();
    const headers = (values: string[]) => (name: string) => (name === 'host' ? values : []);
    for (const values of [[], ['localhost', 'localhost'], ['localhost', 'evil.example']]) {
      const request = { method: 'GET', target: '/x', headers: headers(values), upgrade: false };
      expect(guard.authorize(request)).toMatchObject({ status: 400 });
    }
  });

  it('the authority of an absolute target must be a name of this server, too', () => {
    const { tokens, ask } = newGuard({ paths: 'compat' });
    const good = bearer(tokens.add('read'));
    expect(ask('GET', 'http://localhost:4096/x', [good])).toMatchObject({ ok: true });
    expect(ask('GET', 'http://evil.example/x', [good])).toMatchObject({ status: 403 });
    expect(ask('GET', 'http://localhost@evil.example/x', [good])).toMatchObject({ status: 403 });
  });

  it('a server that is bound to all addresses accepts any address as Host, and no other name', () => {
    const { tokens, ask } = newGuard({ anyAddress: true });
    const good = bearer(tokens.add('read'));
    for (const host of ['10.1.2.3:4096', '[2001:db8::1]'])
      expect(ask('GET', '/x', [['host', host], good])).toMatchObject({ ok: true });
    for (const host of ['evil.example', '10.1.2', '10.1.2.3.4'])
      expect(ask('GET', '/x', [['host', host], good])).toMatchObject({ status: 403 });
  });
});

describe('a page of another origin', () => {
  it.each([
    'https://evil.example',
    'http://localhost:3000',
    'http://localhost',
    'https://localhost:4096',
    'http://127.0.0.1:4096',
    'http://localhost:4096.evil.example',
    'http://localhost:4096@evil.example',
    'https://app.example.evil.example',
    'https://app.example:444',
    'http://app.example',
    'HTTPS://app.example/',
    'null',
    '',
    'file://',
  ])('the origin "%s" is refused', (origin) => {
    for (const upgrade of [false, true]) {
      const decision = ask('GET', '/x', [['origin', origin], good], upgrade);
      expect(decision).toMatchObject({ status: 403, error: 'origin_not_allowed' });
      expect(decision.headers).not.toHaveProperty('Access-Control-Allow-Origin');
    }
    const preflight = [
      ['origin', origin],
      ['access-control-request-method', 'GET'],
    ] as const;
    expect(ask('OPTIONS', '/x', preflight)).toMatchObject({ status: 403 });
  });

  it.each(['cross-site', 'same-site', 'made-up'])(
    'a request without an origin is refused where Sec-Fetch-Site is %s',
    (site) => {
      for (const mode of ['no-cors', 'navigate', 'cors']) {
        const lines = [['sec-fetch-site', site], ['sec-fetch-mode', mode], good] as const;
        expect(ask('GET', '/x', lines)).toMatchObject({ status: 403, error: 'origin_not_allowed' });
      }
    },
  );

  it('a second Origin line is refused', () => {
    const lines = [['origin', 'http://localhost:4096'], ['origin', 'https://evil.example'], good] as const;
    expect(ask('GET', '/x', lines)).toMatchObject({ status: 400 });
  });

  it('an origin on the list is allowed, and every answer says so', () => {
    for (const lines of [[['origin', app], good], [['origin', app]]] as const) {
      const decision = ask('GET', '/x', lines);
      expect(decision.headers).toMatchObject({ 'Access-Control-Allow-Origin': app, Vary: 'Origin' });
      expect(decision.headers).not.toHaveProperty('Access-Control-Allow-Credentials');
    }
    expect(
      ask('GET', '/x', [['origin', 'tauri://localhost'], ['sec-fetch-site', 'cross-site'], good]),
    ).toMatchObject({
      ok: true,
    });
  });
});

it("the server's own page is accepted under each of its names", () => {
  for (const host of ['localhost:4096', '127.0.0.1:4096', '[::1]:4096', 'box.example', 'Box.example:80']) {
    const lines = [
      ['host', host],
      ['origin', `http://${host.toLowerCase()}`],
      ['sec-fetch-site', 'same-origin'],
    ] as const;
    expect(ask('GET', '/x', [...lines, good])).toMatchObject({ ok: true, headers: {} });
  }
});

describe('a preflight', () => {
  it('a preflight of an allowed origin is answered without a token, and reaches no handler', () => {
    const lines = [
      ['origin', app],
      ['access-control-request-method', 'PUT'],
    ] as const;
    const decision = ask('OPTIONS', '/auth/x', lines);
    expect(decision).toMatchObject({ ok: false, status: 204, error: undefined, body: '' });
    expect(decision.headers).toMatchObject({
      'Access-Control-Allow-Origin': app,
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': expect.stringContaining('Authorization'),
    });
  });

  it.each<[string, [string, string][]]>([
    ['no Origin', [['access-control-request-method', 'PUT']]],
    ['no method asked for', [['origin', app]]],
  ])('an OPTIONS request is refused as a method, with %s', (_, lines) => {
    expect(ask('OPTIONS', '/x', [...lines, good])).toMatchObject({ status: 405 });
  });
});

it('a loopback address is recognized however it is spelled', () => {
  for (const host of ['localhost', '127.0.0.1', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])
    expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1', 'localhost.evil.example', '127', ''])
    expect(isLoopback(host)).toBe(false);
  for (const host of ['0.0.0.0', '::', '[::]', '0:0::0', '::ffff:0.0.0.0'])
    expect(isUnspecified(host)).toBe(true);
});
