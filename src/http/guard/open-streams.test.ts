import { expect, it, vi } from 'vitest';
import { eventually } from '../../waiting.test.helper.js';
import { newGuard } from './guard.test.helper.js';

const ended = (end: () => void) => eventually(() => expect(end).toHaveBeenCalledOnce());

function open(guard: ReturnType<typeof newGuard>) {
  const token = guard.tokens.add('read');
  const owner = guard.tokens.verify(token) ?? expect.fail();
  const ends = [vi.fn(), vi.fn()] as const;
  const releases = ends.map((end) => guard.guard.hold(owner, end));
  return { token, ends, releases };
}

it('every stream of a revoked token ends once, and the streams of other tokens go on', async () => {
  const guard = newGuard();
  const [revoked, other, closed] = [open(guard), open(guard), open(guard)];
  for (const release of closed.releases) release();
  guard.tokens.revoke(revoked.token);
  guard.tokens.revoke(closed.token);
  await ended(revoked.ends[0]);
  await ended(revoked.ends[1]);
  for (const end of [...other.ends, ...closed.ends]) expect(end).not.toHaveBeenCalled();
  guard.tokens.revoke(other.token);
  await ended(other.ends[0]);
  expect(revoked.ends[0]).toHaveBeenCalledOnce();
});

it('streams are watched again after a time without any', async () => {
  vi.useFakeTimers();
  try {
    const guard = newGuard();
    for (const release of open(guard).releases) release();
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(0);
    const later = open(guard);
    guard.tokens.revoke(later.token);
    vi.advanceTimersByTime(1000);
    expect(later.ends[0]).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

it('a stream ends within a second of virtual time after its token is revoked', () => {
  vi.useFakeTimers();
  try {
    const guard = newGuard();
    const { token, ends } = open(guard);
    vi.advanceTimersByTime(60_000);
    expect(ends[0]).not.toHaveBeenCalled();
    guard.tokens.revoke(token);
    vi.advanceTimersByTime(1000);
    expect(ends[0]).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

it("a stream ends when the token file can't be read", async () => {
  const guard = newGuard();
  const { ends } = open(guard);
  guard.tokens.broken = true;
  await ended(ends[0]);
});
