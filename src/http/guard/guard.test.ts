import { describe, expect, it } from 'vitest';
import { bearer, newGuard } from './guard.test.helper.js';

const { tokens, ask } = newGuard({ advice: 'run "holdfast auth token create"', publicPaths: ['/health'] });
const all = tokens.add('read', 'write', 'execute');
const read = tokens.add('read');
const write = tokens.add('write');
const revoked = tokens.add('read', 'write', 'execute');
tokens.revoke(revoked);

const challenge = (more = '') => `Bearer realm="holdfast"${more}`;

describe('the table of RFC 6750', () => {
  it.each<[string, string[]]>([
    ['no credentials', []],
    ['another scheme', ['Basic dXNlcjpwYXNz']],
    ['another scheme, with a list', ['Digest username="a", realm="b"']],
    ['a header that is empty', ['']],
  ])('a request without a bearer token gets 401 and no error code: %s', (_, values) => {
    const decision = ask(
      'GET',
      '/x',
      values.map((value) => ['authorization', value]),
    );
    expect(decision).toMatchObject({ ok: false, status: 401, error: 'unauthorized' });
    expect(decision.headers['WWW-Authenticate']).toBe(challenge());
  });

  it.each<[string, string[]]>([
    ['no token', ['Bearer']],
    ['no token, but a space', ['Bearer ']],
    ['a tab', [`Bearer\t${all}`]],
    ['more than a token', [`Bearer ${all} x`]],
    ['two lines', [`Bearer ${all}`, `Bearer ${all}`]],
    ['two lines, one of them of another scheme', ['Basic dXNlcjpwYXNz', `Bearer ${all}`]],
    ['two lines that a runtime has joined', [`Bearer ${all}, Bearer ${all}`]],
    ['a character that no token has', ['Bearer 1|abc']],
    ['a header that is too long', [`Bearer ${'a'.repeat(2000)}`]],
  ])('a malformed credential gets 400 invalid_request: %s', (_, values) => {
    const decision = ask(
      'GET',
      '/x',
      values.map((value) => ['authorization', value]),
    );
    expect(decision).toMatchObject({ ok: false, status: 400, error: 'invalid_request' });
    expect(decision.headers['WWW-Authenticate']).toBe(challenge(', error="invalid_request"'));
  });

  it('a token that is revoked, unknown or malformed gets the same 401 invalid_token', () => {
    const answers = [revoked, 'oct_id9_made_up', 'x', `${all}x`].map((token) =>
      ask('GET', '/x', [bearer(token)]),
    );
    expect(answers[0]).toMatchObject({ ok: false, status: 401, error: 'invalid_token' });
    expect(answers[0]?.headers['WWW-Authenticate']).toBe(challenge(', error="invalid_token"'));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('a token without the permissions gets 403 insufficient_scope, with all that it needs', () => {
    const decision = ask('POST', '/session', [bearer(read)]);
    expect(decision).toMatchObject({ ok: false, status: 403, error: 'insufficient_scope' });
    expect(decision.headers['WWW-Authenticate']).toBe(
      challenge(', error="insufficient_scope", scope="write execute"'),
    );
    expect(JSON.parse((decision as { body: string }).body)).toMatchObject({ scope: 'write execute' });
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'Bearer '])('the scheme is read in any case: %s', (scheme) => {
    expect(ask('GET', '/x', [['authorization', `${scheme} ${read}`]])).toMatchObject({ ok: true });
  });
});

describe('a refusal', () => {
  const answers = [
    ask('GET', '/x'),
    ask('GET', '/x', [['authorization', 'Bearer SECRET|']]),
    ask('GET', '/x?access_token=SECRET'),
    ask('GET', '/x', [bearer('SECRET')]),
    ask('POST', '/x', [bearer(read)]),
    ask('SECRET', '/x'),
    ask('GET', '/SECRET//', [bearer(all)]),
    ask('GET', '/x', [['host', 'SECRET']]),
    ask('GET', '/x', [['origin', 'https://SECRET']]),
  ];

  it('a refusal is JSON that is not cached, quotes nothing of the request, and says how to get a token', () => {
    for (const answer of answers) {
      if (answer.ok) expect.fail('it was let in');
      expect(answer.headers).toMatchObject({
        'Cache-Control': 'no-store',
        'Content-Type': 'application/json',
      });
      expect(JSON.parse(answer.body)).toEqual(
        expect.objectContaining({ error: answer.error, error_description: expect.any(String) }),
      );
      expect(JSON.stringify(answer)).not.toContain('SECRET');
    }
    expect(JSON.stringify(answers[0])).toContain('holdfast auth token create');
  });
});

describe("a token file that can't be read", () => {
  it("a request with a token gets 503, and nothing of the error, while the token file can't be read", () => {
    const failures: unknown[] = [];
    const { tokens, ask } = newGuard({ onFailure: (error) => failures.push(error) });
    const token = tokens.add('read');
    tokens.broken = true;
    const decision = ask('GET', '/x', [bearer(token)]);
    expect(decision).toMatchObject({ ok: false, status: 503, error: 'temporarily_unavailable' });
    expect(JSON.stringify(decision)).not.toContain('SECRET');
    expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('unreadable') })]);
    expect(ask('GET', '/x')).toMatchObject({ status: 401 });
    tokens.broken = false;
    expect(ask('GET', '/x', [bearer(token)])).toMatchObject({ ok: true, token: { permissions: ['read'] } });
  });
});

describe('permissions', () => {
  it.each([
    ['GET', '/x', read, 200],
    ['HEAD', '/x', read, 200],
    ['GET', '/x', write, 403],
    ['POST', '/x', read, 403],
    ['DELETE', '/x', write, 200],
    ['GET', '/pty/1', read, 403],
    ['GET', '/pty/1', all, 200],
  ])(
    'the method and the path decide which permissions a token needs: %s %s',
    (method, target, token, status) => {
      const decision = ask(method, target, [bearer(token)]);
      expect(decision.ok ? 200 : decision.status).toBe(status);
    },
  );

  it('an upgrade needs execute on any path, also on a public one', () => {
    expect(ask('GET', '/event', [bearer(read)], true)).toMatchObject({ status: 403 });
    expect(ask('GET', '/event', [bearer(all)], true)).toMatchObject({ ok: true });
    expect(ask('GET', '/health', [], true)).toMatchObject({ status: 401 });
  });

  it.each(['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'FOO', ''])(
    'the method "%s" is refused for every token',
    (method) => {
      const decision = ask(method, '/x', [bearer(all)]);
      expect(decision).toMatchObject({ status: 405, error: 'method_not_allowed' });
      expect(decision.headers.Allow).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    },
  );

  it.each([
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-original-url',
    'x-rewrite-url',
    'x-forwarded-prefix',
  ])('the header %s changes nothing', (name) => {
    for (const value of ['GET', 'POST', '/health', '/pty']) {
      expect(ask('POST', '/x', [bearer(read), [name, value]])).toMatchObject({ status: 403 });
      expect(ask('GET', '/pty', [bearer(read), [name, value]])).toMatchObject({ status: 403 });
      expect(ask('GET', '/x', [bearer(read), [name, value]])).toMatchObject({ ok: true });
    }
  });
});

it('a server without authentication still checks host, origin and method', () => {
  const { ask } = newGuard({ authentication: 'disabled' });
  expect(ask('POST', '/session')).toMatchObject({
    ok: true,
    token: { permissions: ['read', 'write', 'execute'] },
  });
  expect(ask('GET', '/', [['host', 'evil.example']])).toMatchObject({ status: 403 });
  expect(ask('GET', '/', [['origin', 'https://evil.example']])).toMatchObject({ status: 403 });
  expect(ask('TRACE', '/')).toMatchObject({ status: 405 });
});

it('a token that is revoked between two requests is good for the first only', () => {
  const { tokens, ask } = newGuard();
  const token = tokens.add('read');
  expect(ask('GET', '/x', [bearer(token)])).toMatchObject({ ok: true });
  tokens.revoke(token);
  expect(ask('GET', '/x', [bearer(token)])).toMatchObject({ status: 401, error: 'invalid_token' });
});
