import { type ForeignOwner, foreignOwnerOnTheWay } from '../../surroundings/foreign-owner.js';
import { userOf } from '../../surroundings/users.js';
import { note } from './output.js';

/**
 * Root becomes the file's owner, for good, before anything is opened: the owner may swap every name on the way,
 * and root must do nothing there that the owner could not.
 * @param place computes the path of the file, for root alone
 */
export function actAsOwner(place: () => string): void {
  if (process.geteuid?.() !== 0) return;
  const owner = foreignOwnerOnTheWay(place());
  if (!owner) return;
  become(owner);
  note(`acting as user ${userOf(owner.uid)?.name ?? owner.uid}, the owner of ${owner.path}`);
}

/** Node has it; its types do not. */
type GroupedProcess = NodeJS.Process & { initgroups?(user: string, group: number): void };

function become({ uid, gid: gidOfFile }: ForeignOwner): void {
  const { setgid, setgroups, setuid, initgroups } = process as GroupedProcess;
  if (!setgid || !setgroups || !setuid || !initgroups) return;
  const user = userOf(uid);
  const gid = user?.gid ?? gidOfFile;
  // In this order: without root's power neither groups nor user could be changed any more.
  if (user) initgroups(user.name, gid);
  else setgroups([gid]);
  setgid(gid);
  setuid(uid);
  if (process.geteuid?.() !== uid || process.getuid?.() !== uid || process.getegid?.() !== gid) {
    throw new Error(`could not become user ${uid}`);
  }
}
