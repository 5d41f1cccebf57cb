import { readFileSync } from 'node:fs';

/** The user of a process, as the file system sees it. */
export interface Actor {
  /** Its effective user id. Undefined where users have none. */
  uid: number | undefined;
  /** Is the user the only member of this group? */
  isPrivateGroup(gid: number, uid: number): boolean;
  /** Does this id stand for all users that have none in this namespace? */
  isUnmapped(uid: number): boolean;
}

/** This process. */
export function currentActor(): Actor {
  return { uid: process.geteuid?.(), isPrivateGroup, isUnmapped };
}

/**
 * A group of one user's own, as many systems make one with each user (Debian's USERGROUPS_ENAB): it is the user's first
 * group, and no other member is known. Its permissions are then the user's own, so a home directory of mode 775 is safe.
 * Debian's OpenSSH has the same rule. Members that only a directory service knows are not seen.
 */
function isPrivateGroup(gid: number, uid: number): boolean {
  const users = allUsers();
  const user = users.find((each) => each.uid === uid);
  if ((user?.gid ?? uid) !== gid) return false;
  if (users.some((each) => each.gid === gid && each.uid !== uid)) return false;
  const members = rowsOf('/etc/group')
    .filter(([, , id]) => Number(id) === gid)
    .flatMap(([, , , names = '']) => names.split(','))
    .filter((name) => name !== '');
  return members.every((name) => name === user?.name);
}

export interface User {
  name: string;
  uid: number;
  /** The user's first group. */
  gid: number;
}

/** The user of this id, if this machine's own list has it. */
export function userOf(uid: number): User | undefined {
  return allUsers().find((user) => user.uid === uid);
}

function allUsers(): User[] {
  return rowsOf('/etc/passwd').map(([name = '', , uid, gid]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
  }));
}

function rowsOf(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':'));
  } catch {
    // Not every system has this file. Then no other member is known.
    return [];
  }
}

const noOverflow = -1;
let overflow: number | undefined;

/**
 * In a user namespace of its own, a sandbox for example, all unknown users have one id, the real root among them. So
 * `/` itself belongs to this id there.
 */
function isUnmapped(uid: number): boolean {
  overflow ??= overflowUid();
  return uid === overflow;
}

function overflowUid(): number {
  try {
    const [inside, outside, count] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/);
    const isWhole = inside === '0' && outside === '0' && Number(count) === 2 ** 32 - 1;
    return isWhole ? noOverflow : Number(readFileSync('/proc/sys/kernel/overflowuid', 'utf8'));
  } catch {
    return noOverflow;
  }
}
