import { describe, expect, it } from 'vitest';
import { bearer, incoming, newGuard } from './guard.test.helper.js';

/** What the guard and a router may read differently in one request is judged by every reading of it. */
describe('a path that is not in normal form', () => {
  const { tokens, ask } = newGuard({ publicPaths: ['/health'] });
  const all = tokens.add('read', 'write', 'execute');
  const compat = newGuard({ paths: 'compat', publicPaths: ['/health'] });
  const reader = compat.tokens.add('read');

  it.each(['/%70ty', '//pty', '/x/../pty', '/pty;a', '/x//y', 'http://localhost/x'])(
    'a path that is not in normal form gets 400: %s',
    (target) => {
      expect(ask('GET', target, [bearer(all)])).toMatchObject({ status: 400, error: 'invalid_request' });
      expect(ask('GET', target)).toMatchObject({ status: 400 });
    },
  );

  it('a guard in compatible mode judges a path by all its readings together', () => {
    expect(compat.ask('GET', '/%70ty', [bearer(reader)])).toMatchObject({ status: 403 });
    expect(compat.ask('GET', '/session/../x', [bearer(reader)])).toMatchObject({ status: 403 });
    expect(compat.ask('GET', '/x//y', [bearer(reader)])).toMatchObject({ ok: true });
    expect(compat.ask('GET', '*', [bearer(reader)])).toMatchObject({ status: 400 });
  });

  it('a path that is not in normal form is never public', () => {
    expect(compat.ask('GET', '/health')).toMatchObject({ ok: true, token: undefined });
    for (const target of ['/health/', '/HEALTH', '//health', '/pty/../health', '/%68ealth'])
      expect(compat.ask('GET', target)).toMatchObject({ status: 401 });
    expect(compat.ask('POST', '/health')).toMatchObject({ status: 401 });
    for (const target of ['/health#', '/health#/../pty', '/health#?/../pty', 'http://localhost/health'])
      expect(compat.ask('GET', target)).toMatchObject({ status: 401 });
  });

  it('a path that is not in normal form gets no ticket, and no ticket is good for it', () => {
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

  it('a rewritten request needs the permissions of both paths, in either order', () => {
    for (const [from, to] of [
      ['/x', '/pty'],
      ['/pty', '/x'],
    ] as const) {
      expect(judge(['GET', from], ['GET', to], [bearer(reader)])).toMatchObject({ status: 403 });
      const all = bearer(tokens.add('read', 'execute'));
      expect(judge(['GET', from], ['GET', to], [all])).toMatchObject({ ok: true });
    }
  });

  it('a rewritten request needs the permissions of both methods, and both must be allowed', () => {
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

  it('a rewritten request is in normal form only if both paths are', () => {
    expect(judge(['GET', '/x'], ['GET', '//x'], [bearer(reader)])).toMatchObject({ status: 400 });
    expect(judge(['GET', '/x/../y'], ['GET', '/y'], [bearer(reader)])).toMatchObject({ status: 400 });
    expect(judge(['GET', '/x'], ['GET', '*'], [bearer(reader)])).toMatchObject({ status: 400 });
  });

  it('a rewritten request is public only if both paths are public and both methods read', () => {
    expect(judge(['GET', '/health'], ['GET', '/also'])).toMatchObject({ ok: true, token: undefined });
    expect(judge(['GET', '/health'], ['GET', '/x'])).toMatchObject({ status: 401 });
    expect(judge(['GET', '/x'], ['GET', '/health'])).toMatchObject({ status: 401 });
    expect(judge(['GET', '/health'], ['POST', '/health'])).toMatchObject({ status: 401 });
    expect(judge(['POST', '/health'], ['GET', '/health'])).toMatchObject({ status: 401 });
  });

  it('a rewritten request asks for a ticket only if both paths and both methods do', () => {
    const executor = bearer(tokens.add('execute'));
    expect(judge(['POST', '/ticket'], ['POST', '/ticket'], [executor])).toMatchObject({ ok: true });
    expect(judge(['POST', '/ticket'], ['POST', '/x'], [executor])).toMatchObject({ status: 403 });
    expect(judge(['POST', '/x'], ['POST', '/ticket'], [executor])).toMatchObject({ status: 403 });
    expect(judge(['POST', '/ticket'], ['PUT', '/ticket'], [executor])).toMatchObject({ status: 403 });
  });

  it('a rewritten request spends its ticket, which is good for one path and one method', () => {
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

  it('a rewritten request is refused with a token in either URL', () => {
    expect(judge(['GET', '/x'], ['GET', '/x?access_token=a'], [bearer(reader)])).toMatchObject({
      status: 400,
    });
    expect(judge(['GET', '/x?access_token=a'], ['GET', '/x'], [bearer(reader)])).toMatchObject({
      status: 400,
    });
  });

  it('a rewritten request is refused with a foreign host in either target', () => {
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
