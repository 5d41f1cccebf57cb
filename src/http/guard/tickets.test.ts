import { describe, expect, it } from 'vitest';
import { bearer, newGuard } from './guard.test.helper.js';

function setUp() {
  let time = 0;
  const { tokens, guard, ask } = newGuard({ now: () => time });
  const token = tokens.add('read', 'execute');
  const owner = tokens.verify(token) ?? expect.fail('no such token');
  return {
    tokens,
    guard,
    ask,
    token,
    owner,
    pass: (ms: number) => {
      time += ms;
    },
    issue: (path = '/event', upgrade = false): string => {
      const issued = guard.issueTicket(owner, { path, upgrade });
      return 'ticket' in issued ? issued.ticket : expect.fail(issued.body);
    },
  };
}

const withTicket = (ticket: string, path = '/event') => `${path}?ticket=${ticket}`;

describe('a ticket', () => {
  it('a ticket is good once', () => {
    const { ask, issue } = setUp();
    const ticket = issue();
    expect(ticket).toMatch(/^[\w-]{22}$/);
    expect(ask('GET', withTicket(ticket))).toMatchObject({
      ok: true,
      token: { permissions: ['read', 'execute'] },
    });
    expect(ask('GET', withTicket(ticket))).toMatchObject({ status: 401, error: 'invalid_token' });
  });

  it('a ticket is good for 30 seconds', () => {
    const { ask, issue, pass } = setUp();
    const [first, second] = [issue(), issue()];
    pass(29_999);
    expect(ask('GET', withTicket(first))).toMatchObject({ ok: true });
    pass(1);
    expect(ask('GET', withTicket(second))).toMatchObject({ status: 401 });
  });

  it.each<[string, string, string, boolean]>([
    ['another path', 'GET', '/other', false],
    ['another reading of its path', 'GET', '/EVENT', false],
    ['another method', 'POST', '/event', false],
    ['an upgrade', 'GET', '/event', true],
  ])('a ticket is good for one purpose, and is spent by %s', (_, method, path, upgrade) => {
    const { ask, issue } = setUp();
    const ticket = issue();
    expect(ask(method, withTicket(ticket, path), [], upgrade)).toMatchObject({ status: 401 });
    expect(ask('GET', withTicket(ticket))).toMatchObject({ status: 401 });
  });

  it('a ticket for an upgrade is good for an upgrade only', () => {
    const { ask, issue } = setUp();
    expect(ask('GET', withTicket(issue('/event', true)), [], true)).toMatchObject({ ok: true });
    expect(ask('GET', withTicket(issue('/event', true)))).toMatchObject({ status: 401 });
  });

  it('a ticket ends with its token', () => {
    const { ask, issue, tokens, token } = setUp();
    const ticket = issue();
    tokens.revoke(token);
    expect(ask('GET', withTicket(ticket))).toMatchObject({ status: 401, error: 'invalid_token' });
  });

  it('a ticket beside a token or another ticket is refused', () => {
    const { ask, issue, token } = setUp();
    expect(ask('GET', withTicket(issue()), [bearer(token)])).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
    expect(ask('GET', `${withTicket(issue())}&ticket=${issue()}`)).toMatchObject({ status: 400 });
  });

  it('a ticket is not issued for what its token may not do', () => {
    const { guard, tokens } = setUp();
    const reader = tokens.verify(tokens.add('read')) ?? expect.fail();
    expect(guard.issueTicket(reader, { path: '/event', upgrade: false })).toHaveProperty('ticket');
    for (const errand of [
      { path: '/event', upgrade: true },
      { path: '/pty', upgrade: false },
    ])
      expect(guard.issueTicket(reader, errand)).toMatchObject({ status: 403, error: 'insufficient_scope' });
    for (const path of ['//event', '/event?x', 'event', 'http://localhost/event', ''])
      expect(guard.issueTicket(reader, { path, upgrade: false })).toMatchObject({ status: 400 });
  });

  it('a ticket is issued for any token, by POST, on one exact path', () => {
    const { ask, tokens } = setUp();
    const executor = bearer(tokens.add('execute'));
    expect(ask('POST', '/ticket', [executor])).toMatchObject({ ok: true });
    expect(ask('POST', '/ticket')).toMatchObject({ status: 401 });
    for (const [method, target] of [
      ['GET', '/ticket'],
      ['POST', '/TICKET'],
      ['POST', '/ticket/'],
      ['POST', '/x'],
    ] as const)
      expect(ask(method, target, [executor])).toMatchObject({ status: 403 });
    expect(ask('POST', '/ticket', [executor], true)).toMatchObject({ status: 403 });
  });

  it('a token has a hundred tickets at most, the oldest is dropped first, and no other token loses one', () => {
    const { ask, issue, guard, tokens } = setUp();
    const other = tokens.verify(tokens.add('read')) ?? expect.fail();
    const issueOther = () => guard.issueTicket(other, { path: '/event', upgrade: false });
    const [before, own] = [issueOther(), Array.from({ length: 2000 }, () => issue())];
    if (!('ticket' in before)) return expect.fail(before.body);
    expect(ask('GET', withTicket(before.ticket))).toMatchObject({ ok: true });
    const good = own.map((ticket) => ask('GET', withTicket(ticket)).ok);
    expect(good).toEqual(Array.from({ length: 2000 }, (_, n) => n >= 1900));
  });

  it('a token without tickets gets 429 while ten thousand are open, and a ticket once there is room', () => {
    const { ask, guard, pass, tokens } = setUp();
    const newOwner = () => tokens.verify(tokens.add('read')) ?? expect.fail();
    const issueTo = (owner: ReturnType<typeof newOwner>) =>
      guard.issueTicket(owner, { path: '/event', upgrade: false });
    const owners = Array.from({ length: 100 }, newOwner);
    const tickets = owners.flatMap((owner) => Array.from({ length: 100 }, () => issueTo(owner)));
    const late = newOwner();
    expect(issueTo(late)).toMatchObject({ status: 429, headers: { 'Retry-After': '30' } });
    // One that has some spends its own.
    expect(issueTo(owners[1] ?? late)).toHaveProperty('ticket');
    const isGood = (n: number) => {
      const issued = tickets[n];
      return issued && 'ticket' in issued ? ask('GET', withTicket(issued.ticket)).ok : undefined;
    };
    expect([0, 100, 101, 9_999].map(isGood)).toEqual([true, false, true, true]);
    expect(issueTo(late)).toHaveProperty('ticket');
    pass(30_000);
    expect(issueTo(newOwner())).toHaveProperty('ticket');
  });
});

describe('a token', () => {
  it.each(['access_token', 'auth_token'])('a token in the URL parameter %s is refused', (name) => {
    const { ask, token } = setUp();
    expect(ask('GET', `/event?${name}=${token}`)).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(ask('GET', `/event?a=1&${name}=${token}`, [bearer(token)])).toMatchObject({ status: 400 });
    expect(ask('GET', `/event?${name.replace('_', '%5F')}=${token}`)).toMatchObject({ status: 400 });
  });

  it('a token is refused anywhere in a URL', () => {
    const { ask, token } = setUp();
    const real = `oct_${'A1b2C3d4'}_${'0'.repeat(22)}${'0'.repeat(6)}`;
    for (const target of [
      `/event?a=${real}`,
      `/event?${real}`,
      `/x/${real}`,
      `/event?a=%6Fct_${real.slice(4)}`,
    ])
      expect(ask('GET', target, [bearer(token)])).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(ask('GET', `/event?a=${real.slice(1)}`, [bearer(token)])).toMatchObject({ ok: true });
  });

  it('a token in a sub-protocol is accepted for a WebSocket, and for nothing else', () => {
    const { ask, token } = setUp();
    const offer = (...protocols: string[]) => ['sec-websocket-protocol', protocols.join(', ')] as const;
    const own = `holdfast.bearer.${token}`;
    expect(ask('GET', '/event', [offer(own, 'events')], true)).toMatchObject({ ok: true });
    expect(ask('GET', '/event', [offer('events'), offer(own)], true)).toMatchObject({ ok: true });
    expect(ask('GET', '/event', [offer(own)])).toMatchObject({ status: 401, error: 'unauthorized' });
    expect(ask('GET', '/event', [offer('holdfast.bearer.x')], true)).toMatchObject({
      error: 'invalid_token',
    });
    expect(ask('GET', '/event', [offer('holdfast.bearer.')], true)).toMatchObject({
      error: 'invalid_request',
    });
    expect(ask('GET', '/event', [offer(own, own)], true)).toMatchObject({ error: 'invalid_request' });
    expect(ask('GET', '/event', [offer(own), bearer(token)], true)).toMatchObject({
      error: 'invalid_request',
    });
  });
});
