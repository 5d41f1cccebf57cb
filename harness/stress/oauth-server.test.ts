import { afterEach, expect, it, vi } from 'vitest';
import type { TokenEvent } from '../history/events.js';
import { Random } from '../workload/random.js';
import { OauthServer } from './oauth-server.js';

const killed = new Set<number>();
const events: TokenEvent[] = [];
const phases: string[] = [];
let server: OauthServer | undefined;
/** Of a client that does not wait for its answer any longer. */
let leaving = new AbortController();

afterEach(() => {
  server?.close();
  killed.clear();
  events.length = 0;
  phases.length = 0;
  leaving = new AbortController();
});

async function start(onAsked: (pid: number) => void = () => {}) {
  server = await OauthServer.start({
    lifeMs: 200,
    random: new Random(1, 'test'),
    now: () => Math.round(performance.now() * 1e6),
    record: (event) => events.push(event),
    isKilled: (pid) => killed.has(pid),
    onRefreshing: (pid, phase) => {
      phases.push(`${pid} ${phase}`);
      if (phase === 'asked') onAsked(pid);
    },
  });
  const { url } = server;
  return (token: string, op: string, pid: number) =>
    fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ refresh_token: `made-up-refresh ${token}` }),
      headers: { 'x-operation': op, 'x-process': String(pid), 'x-key': 'k' },
      signal: leaving.signal,
    });
}

it('the OAuth server takes each refresh token once, and records the request, not the token', async () => {
  const present = await start();
  const first = await present('seed.oauth.0', 'a.0.0', 1);
  expect(first.status).toBe(200);
  expect(await first.json()).toEqual({ expires: expect.any(Number) });
  expect((await present('a.0.0', 'b.0.0', 2)).status).toBe(200);
  const again = await present('a.0.0', 'c.0.0', 3);
  expect([again.status, await again.json()]).toEqual([400, { error: 'invalid_grant' }]);

  expect(events.map(({ op, token, granted }) => [op, token, granted])).toEqual([
    ['a.0.0', 'seed.oauth.0', true],
    ['b.0.0', 'a.0.0', true],
    ['c.0.0', 'a.0.0', false],
  ]);
  expect(events[1]?.expires).toBeGreaterThan(events[0]?.until ?? Infinity);
  expect(phases).toContain('1 answered');
});

it('the OAuth server takes a token once more if the process that used it was killed', async () => {
  const present = await start();
  await present('seed.oauth.0', 'a.0.0', 1);
  killed.add(1);
  expect((await present('seed.oauth.0', 'b.0.0', 2)).status).toBe(200);
  expect((await present('seed.oauth.0', 'c.0.0', 3)).status).toBe(400);
});

it('the OAuth server grants nothing to a process that is killed while it waits, and its token stays good', async () => {
  const present = await start((pid) => {
    if (pid === 1) killed.add(pid);
  });
  const dead = present('seed.oauth.0', 'a.0.0', 1);
  // By the answer to the second the server is long done with the first: both take at most 25 ms of one event loop.
  await vi.waitUntil(() => killed.has(1), { timeout: 120_000 });
  expect((await present('seed.oauth.0', 'b.0.0', 2)).status).toBe(200);
  expect((await present('b.0.0', 'c.0.0', 2)).status).toBe(200);
  leaving.abort();
  await expect(dead).rejects.toThrow();
  expect(events.map(({ op }) => op)).toEqual(['b.0.0', 'c.0.0']);
});
