import { describe, expect, it } from 'vitest';
import { bearer, incoming, newGuard } from './guard.test.helper.js';

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
  ])('401 and no error code: %s', (_, values) => {
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
  ])('400 invalid_request: %s', (_, values) => {
    const decision = ask(
      'GET',
      '/x',
      values.map((value) => ['authorization', value]),
    );
    expect(decision).toMatchObject({ ok: false, status: 400, error: 'invalid_request' });
    expect(decision.headers['WWW-Authenticate']).toBe(challenge(', error="invalid_request"'));
  });

  it('401 invalid_token, the same for a token that was revoked, never was, or is malformed', () => {
    const answers = [revoked, 'oct_id9_made_up', 'x', `${all}x`].map((token) =>
      ask('GET', '/x', [bearer(token)]),
    );
    expect(answers[0]).toMatchObject({ ok: false, status: 401, error: 'invalid_token' });
    expect(answers[0]?.headers['WWW-Authenticate']).toBe(challenge(', error="invalid_token"'));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('403 insufficient_scope, with all that is needed', () => {
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

describe('an answer', () => {
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

  it('is JSON that is not kept, quotes nothing of the request, and says how one gets in', () => {
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

describe('while the token file can not be read', () => {
  it('503 for whoever shows a token, which may be good, and nothing of the error', () => {
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
  ])('%s %s', (method, target, token, status) => {
    const decision = ask(method, target, [bearer(token)]);
    expect(decision.ok ? 200 : decision.status).toBe(status);
  });

  it('an upgrade needs execute on any path, public ones too', () => {
    expect(ask('GET', '/event', [bearer(read)], true)).toMatchObject({ status: 403 });
    expect(ask('GET', '/event', [bearer(all)], true)).toMatchObject({ ok: true });
    expect(ask('GET', '/health', [], true)).toMatchObject({ status: 401 });
  });

  it.each(['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'FOO', ''])(
    '%s is refused to everybody',
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

describe('a path that is not in normal form', () => {
  const compat = newGuard({ paths: 'compat', publicPaths: ['/health'] });
  const reader = compat.tokens.add('read');

  it.each(['/%70ty', '//pty', '/x/../pty', '/pty;a', '/x//y', 'http://localhost/x'])(
    '400 for %s',
    (target) => {
      expect(ask('GET', target, [bearer(all)])).toMatchObject({ status: 400, error: 'invalid_request' });
      expect(ask('GET', target)).toMatchObject({ status: 400 });
    },
  );

  it('where asked to, is judged by every reading of it together', () => {
    expect(compat.ask('GET', '/%70ty', [bearer(reader)])).toMatchObject({ status: 403 });
    expect(compat.ask('GET', '/session/../x', [bearer(reader)])).toMatchObject({ status: 403 });
    expect(compat.ask('GET', '/x//y', [bearer(reader)])).toMatchObject({ ok: true });
    expect(compat.ask('GET', '*', [bearer(reader)])).toMatchObject({ status: 400 });
  });

  it('is never public', () => {
    expect(compat.ask('GET', '/health')).toMatchObject({ ok: true, token: undefined });
    for (const target of ['/health/', '/HEALTH', '//health', '/pty/../health', '/%68ealth'])
      expect(compat.ask('GET', target)).toMatchObject({ status: 401 });
    expect(compat.ask('POST', '/health')).toMatchObject({ status: 401 });
    for (const target of ['/health#', '/health#/../pty', '/health#?/../pty', 'http://localhost/health'])
      expect(compat.ask('GET', target)).toMatchObject({ status: 401 });
  });

  it('gets no ticket, and no ticket is good for it', () => {
    const executor = compat.tokens.add('execute');
    expect(compat.ask('POST', '/ticket', [bearer(executor)])).toMatchObject({ ok: true });
    expect(compat.ask('POST', '/ticket#/../pty', [bearer(executor)])).toMatchObject({ status: 403 });
    const owner = compat.tokens.verify(compat.tokens.add('read')) ?? expect.fail();
    for (const target of ['/event#', '/event#/../x', 'http://localhost/event']) {
      const issued = compat.guard.issueTicket(owner, { path: '/event', upgrade: false });
      if (!('ticket' in issued)) return expect.fail(issued.body);
      expect(compat.ask('GET', `${target}?ticket=${issued.ticket}`)).toMatchObject({ status: 401 });
    }
  });
});

describe('a request that was rewritten before the guard', () => {
  const { guard, tokens } = newGuard({ publicPaths: ['/health', '/also'] });
  const judge = (
    [method, target]: [string, string],
    [toMethod, toTarget]: [string, string],
    lines: Parameters<typeof incoming>[2] = [],
  ) =>
    guard.authorize({
      ...incoming(method, target, lines),
      rewritten: { methods: [toMethod], targets: [toTarget] },
    });
  const [reader, writer, both] = [tokens.add('read'), tokens.add('write'), tokens.add('read', 'write')];

  it('needs the permissions of both paths, whichever was first', () => {
    for (const [from, to] of [
      ['/x', '/pty'],
      ['/pty', '/x'],
    ] as const) {
      expect(judge(['GET', from], ['GET', to], [bearer(reader)])).toMatchObject({ status: 403 });
      const all = bearer(tokens.add('read', 'execute'));
      expect(judge(['GET', from], ['GET', to], [all])).toMatchObject({ ok: true });
    }
  });

  it('needs the permissions of both methods, and both must be allowed', () => {
    for (const [from, to] of [
      ['POST', 'GET'],
      ['GET', 'POST'],
    ] as const) {
      expect(judge([from, '/x'], [to, '/x'], [bearer(reader)])).toMatchObject({ status: 403 });
      expect(judge([from, '/x'], [to, '/x'], [bearer(writer)])).toMatchObject({ status: 403 });
      expect(judge([from, '/x'], [to, '/x'], [bearer(both)])).toMatchObject({ ok: true });
    }
    expect(judge(['POST', '/x'], ['PURGE', '/x'], [bearer(both)])).toMatchObject({ status: 405 });
    expect(judge(['PURGE', '/x'], ['POST', '/x'], [bearer(both)])).toMatchObject({ status: 405 });
  });

  it('is in normal form only if both paths are', () => {
    expect(judge(['GET', '/x'], ['GET', '//x'], [bearer(reader)])).toMatchObject({ status: 400 });
    expect(judge(['GET', '/x/../y'], ['GET', '/y'], [bearer(reader)])).toMatchObject({ status: 400 });
    expect(judge(['GET', '/x'], ['GET', '*'], [bearer(reader)])).toMatchObject({ status: 400 });
  });

  it('is public only if both paths are, and both methods read', () => {
    expect(judge(['GET', '/health'], ['GET', '/also'])).toMatchObject({ ok: true, token: undefined });
    expect(judge(['GET', '/health'], ['GET', '/x'])).toMatchObject({ status: 401 });
    expect(judge(['GET', '/x'], ['GET', '/health'])).toMatchObject({ status: 401 });
    expect(judge(['GET', '/health'], ['POST', '/health'])).toMatchObject({ status: 401 });
    expect(judge(['POST', '/health'], ['GET', '/health'])).toMatchObject({ status: 401 });
  });

  it('asks for a ticket only if both paths do, and both methods', () => {
    const executor = bearer(tokens.add('execute'));
    expect(judge(['POST', '/ticket'], ['POST', '/ticket'], [executor])).toMatchObject({ ok: true });
    expect(judge(['POST', '/ticket'], ['POST', '/x'], [executor])).toMatchObject({ status: 403 });
    expect(judge(['POST', '/x'], ['POST', '/ticket'], [executor])).toMatchObject({ status: 403 });
    expect(judge(['POST', '/ticket'], ['PUT', '/ticket'], [executor])).toMatchObject({ status: 403 });
  });

  it('spends a ticket, which is good for the one path and the one method', () => {
    const owner = tokens.verify(reader) ?? expect.fail();
    const target = () => {
      const issued = guard.issueTicket(owner, { path: '/event', upgrade: false });
      return 'ticket' in issued ? `/event?ticket=${issued.ticket}` : expect.fail(issued.body);
    };
    const [same, moved, other] = [target(), target(), target()];
    expect(judge(['GET', same], ['GET', same])).toMatchObject({ ok: true });
    expect(judge(['GET', moved], ['GET', '/x'])).toMatchObject({ status: 401 });
    expect(judge(['POST', other], ['GET', other])).toMatchObject({ status: 401 });
    expect(judge(['GET', target()], ['GET', target()])).toMatchObject({ error: 'invalid_request' });
  });

  it('must not have a token in either URL', () => {
    expect(judge(['GET', '/x'], ['GET', '/x?access_token=a'], [bearer(reader)])).toMatchObject({
      status: 400,
    });
    expect(judge(['GET', '/x?access_token=a'], ['GET', '/x'], [bearer(reader)])).toMatchObject({
      status: 400,
    });
  });

  it('must not have a foreign name in either', () => {
    const { guard } = newGuard({ paths: 'compat' });
    for (const targets of [
      ['http://evil.example/x', '/x'],
      ['/x', 'http://evil.example/x'],
    ] as const) {
      const request = incoming('GET', targets[0], [bearer(reader)]);
      const decision = guard.authorize({ ...request, rewritten: { methods: [], targets: [targets[1]] } });
      expect(decision).toMatchObject({ error: 'host_not_allowed' });
    }
  });
});

it('a server that asks for no tokens still asks for its own name, its own pages and one of the six methods', () => {
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
