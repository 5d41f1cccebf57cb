import { describe, expect, it } from 'vitest';
import { StoreError } from '../errors/store-error.js';
import { Trust } from './trust.js';
import type { Actor } from './users.js';

const [root, us, other, another, unmapped] = [0, 1000, 1001, 1002, 65534];
const [ours, theirs] = [1000, 1001];

function actorOf(uid: number): Actor {
  return {
    uid,
    // Each user's own group has the user's number.
    isPrivateGroup: (gid, user) => gid === user,
    isUnmapped: (user) => user === unmapped,
  };
}

const directory = (uid: number, mode: number, gid = uid) => ({ path: '/way', stats: { uid, gid, mode } });
const entry = (uid: number) => ({ uid, gid: uid, mode: 0o600 });

/** What is said of a file that is reached in a directory; `ok` if it may be used. */
function verdict(
  actor: number,
  step: ReturnType<typeof directory>,
  found?: ReturnType<typeof entry>,
): string {
  const trust = new Trust('/way/auth.json', actorOf(actor), true);
  try {
    trust.enter(step);
    trust.reach(step, 'auth.json', found);
    return found && !trust.trustsFile(step.stats, { uid: found.uid, nlink: 1 }) ? 'owner' : 'ok';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code;
  }
}

describe('the trust of a user', () => {
  it.each([
    ['an own file in an own directory', directory(us, 0o700), entry(us), 'ok'],
    ["root's file in root's directory", directory(root, 0o755), entry(root), 'ok'],
    ['a directory that is open to its own private group', directory(us, 0o775, ours), entry(us), 'ok'],
    ['no directory that is open to another group', directory(us, 0o775, theirs), entry(us), 'E_UNSAFE'],
    ['no directory that is open to all', directory(us, 0o777), entry(us), 'E_UNSAFE'],
    ['an own file in a sticky directory', directory(root, 0o1777), entry(us), 'ok'],
    ['a sticky directory for a file that is not there yet', directory(root, 0o1777), undefined, 'ok'],
    ["no other user's file in a sticky directory", directory(root, 0o1777), entry(other), 'E_UNSAFE'],
    ["no other user's directory", directory(other, 0o755), entry(us), 'E_UNSAFE'],
    ["no other user's file in an own directory", directory(us, 0o700), entry(other), 'owner'],
    ['a directory whose owner is unknown in a sandbox', directory(unmapped, 0o755), entry(us), 'ok'],
    ['no such directory that all may write to', directory(unmapped, 0o777), entry(us), 'E_UNSAFE'],
  ])('a user trusts %s', (_, step, found, said) => {
    expect(verdict(us, step, found)).toBe(said);
  });
});

describe('the trust of root', () => {
  it.each([
    ["a user's file in that user's directory", directory(other, 0o700), entry(other), 'ok'],
    ['no file of a third user there', directory(other, 0o700), entry(another), 'owner'],
    ["any file in a directory of root's alone", directory(root, 0o755), entry(other), 'ok'],
    ["no user's file in a sticky directory", directory(root, 0o1777), entry(other), 'owner'],
    ["no user's directory that others may write to", directory(other, 0o777), entry(other), 'E_UNSAFE'],
  ])('root trusts %s', (_, step, found, said) => {
    expect(verdict(root, step, found)).toBe(said);
  });

  it('root trusts no second user on the way', () => {
    const trust = new Trust('/way/auth.json', actorOf(root), true);
    trust.enter(directory(root, 0o755));
    trust.enter(directory(other, 0o755));
    expect(trust.principal).toMatchObject({ uid: other });
    expect(() => trust.enter(directory(another, 0o755))).toThrow('belongs to user 1002');
  });

  it("root trusts no link in a user's directory, and no user's link in a sticky one", () => {
    const follow = (step: ReturnType<typeof directory>, link: number) => {
      const trust = new Trust('/way/auth.json', actorOf(root), true);
      return () => trust.follow(step, 'link', entry(link));
    };
    expect(follow(directory(root, 0o755), root)).not.toThrow();
    expect(follow(directory(root, 0o1777), root)).not.toThrow();
    expect(follow(directory(root, 0o1777), other)).toThrow('could lead root anywhere');
    expect(follow(directory(other, 0o755), other)).toThrow('could lead root anywhere');
  });

  it("root trusts no file of its own with a second name in a user's directory", () => {
    const trust = new Trust('/way/auth.json', actorOf(root), true);
    const step = directory(other, 0o755);
    trust.enter(step);
    expect(trust.trustsFile(step.stats, { uid: root, nlink: 1 })).toBe(true);
    expect(trust.trustsFile(step.stats, { uid: root, nlink: 2 })).toBe(false);
  });
});

it('a caller that insists trusts everything', () => {
  const trust = new Trust('/way/auth.json', actorOf(us), false);
  const step = directory(other, 0o777);
  trust.enter(step);
  trust.reach(step, 'auth.json', entry(another));
  expect(trust.trustsFile(step.stats, { uid: another, nlink: 2 })).toBe(true);
});
