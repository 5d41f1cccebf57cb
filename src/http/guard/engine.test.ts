import { describe, expect, it } from 'vitest';
import { StoreError } from '../../errors/store-error.js';
import type { TokenInfo } from '../../tokens/token-info.js';
import { createGuard } from './guard.js';
import { bearer, incoming, MadeUpTokens } from './guard.test.helper.js';

/** Tokens on an engine that has to be asked: nothing is known until it has answered. */
class AskedTokens extends MadeUpTokens {
  isKnown = false;
  isUnreachable = false;
  asked = 0;

  override verify(token: string): TokenInfo | undefined {
    if (!this.isKnown) throw unavailable();
    return super.verify(token);
  }

  override isLive(id: string): boolean {
    if (!this.isKnown) throw unavailable();
    return super.isLive(id);
  }

  prepare(): Promise<void> | undefined {
    if (this.isKnown) return undefined;
    this.asked++;
    return Promise.resolve().then(() => {
      if (this.isUnreachable) throw unavailable();
      this.isKnown = true;
    });
  }
}

const unavailable = () => new StoreError('E_UNAVAILABLE', 'no majority', { definite: true });

function newGuard() {
  const tokens = new AskedTokens();
  const failures: unknown[] = [];
  const guard = createGuard({ tokens, onFailure: (error) => failures.push(error) });
  return { tokens, guard, failures };
}

describe('a guard whose tokens are on an engine', () => {
  it('a request waits for the engine, and is judged once it has answered', async () => {
    const { tokens, guard, failures } = newGuard();
    const request = incoming('GET', '/a', [bearer(tokens.add('read'))]);
    const decided = guard.decide(request);
    expect(decided).toBeInstanceOf(Promise);
    expect((await decided).ok).toBe(true);
    // From memory from now on.
    expect(guard.decide(request)).toMatchObject({ ok: true });
    expect([tokens.asked, failures]).toEqual([1, []]);
  });

  it('a request that no majority can judge gets 503 and when to come again, and never 401', async () => {
    const { tokens, guard, failures } = newGuard();
    tokens.isUnreachable = true;
    const request = incoming('GET', '/a', [bearer(tokens.add('read'))]);
    for (const decision of [await guard.decide(request), guard.authorize(request)]) {
      expect(decision).toMatchObject({ ok: false, status: 503, headers: { 'Retry-After': '1' } });
    }
    expect(failures.map((error) => (error as StoreError).code)).toEqual(['E_UNAVAILABLE', 'E_UNAVAILABLE']);
  });

  it('a ticket is not spent by a request that could not be judged', async () => {
    const { tokens, guard } = newGuard();
    tokens.isKnown = true;
    const token = tokens.verify(tokens.add('read')) ?? expect.fail();
    const issued = guard.issueTicket(token, { path: '/event', upgrade: false });
    const ticket = 'ticket' in issued ? issued.ticket : expect.fail();
    tokens.isKnown = false;
    tokens.isUnreachable = true;
    const request = incoming('GET', `/event?ticket=${ticket}`);
    expect(await guard.decide(request)).toMatchObject({ ok: false, status: 503 });
    tokens.isUnreachable = false;
    expect(await guard.decide(request)).toMatchObject({ ok: true });
    expect(await guard.decide(request)).toMatchObject({ ok: false, status: 401 });
  });

  it('a request that is refused for another reason asks no engine', async () => {
    const { tokens, guard } = newGuard();
    const strange = incoming('GET', '/a', [['host', 'evil.example'], bearer(tokens.add('read'))]);
    expect(guard.decide(strange)).toMatchObject({ status: 403 });
    expect(guard.decide(incoming('GET', '/a'))).toMatchObject({ status: 401 });
    expect(tokens.asked).toBe(0);
  });
});
