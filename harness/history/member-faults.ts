/** What is done to a member of the cluster that a store is on, or to so many that no majority is left. */
export const memberFaults = {
  'member-kill': 'SIGKILL to a member of the cluster, and a start on what it had',
  'member-stop': 'SIGSTOP to a member of the cluster for a while, then SIGCONT',
  'member-cut': 'a member reaches its clients, and not the other members',
  'member-isolate': 'no client and no other member reaches a member',
  'member-wipe': 'a member is killed, its data is removed, and it joins anew, empty',
  'majority-kill': 'SIGKILL to so many members that no majority is left, and a start on what they had',
} as const;

/** One of them. */
export type MemberFault = keyof typeof memberFaults;

export function isMemberFault(kind: string): kind is MemberFault {
  return Object.hasOwn(memberFaults, kind);
}

/** What the members of a cluster said. */
export interface SeenCluster {
  /** Who leads, where that is known. */
  leader?: string;
  /** Grows with each election. */
  term?: number;
  /** Those that have answered the store's calls since the look before. */
  answered: string[];
}
