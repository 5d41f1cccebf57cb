import type { TargetOptions } from './target.js';

/** What is done to a member of the cluster that a store is on, or to so many that no majority is left. */
export const memberFaults = {
  'member-kill': 'SIGKILL to a member of the cluster, and a start on what it had',
  'member-stop': 'SIGSTOP to a member of the cluster for a while, then SIGCONT',
  'member-cut': 'a member reaches its clients, and not the other members',
  'member-isolate': 'no client and no other member reaches a member',
  'member-wipe': 'a member is killed, its data is removed, and it joins anew, empty',
  'majority-kill': 'SIGKILL to so many members that no majority is left, and a start on what they had',
} as const;

export type MemberFault = keyof typeof memberFaults;

export function isMemberFault(kind: string): kind is MemberFault {
  return Object.hasOwn(memberFaults, kind);
}

/** What a cluster says about itself. */
export interface ClusterLook {
  /** The member that leads, where one does and was heard of. */
  leader: string | undefined;
  /** Grows with each election. Undefined where no member answers, or there are no elections. */
  term: number | undefined;
  /** The members that have answered calls of the store since the last look, by their own count. */
  answered: readonly string[];
}

/** The members that a store is on, started for a test, as far as faults may reach them. */
export interface Cluster {
  /** Their names. */
  readonly members: readonly string[];
  /** With these, and those that the user gave, a client opens the store on it. */
  readonly options: TargetOptions;
  /** What can't be done to its members here, and why, as the end of a sentence. */
  readonly cannot: Readonly<Partial<Record<MemberFault, string>>>;
  look(): Promise<ClusterLook>;
  /** Does it to one member. Of a `majority-kill`, to one of those whose turn it is. */
  strike(fault: MemberFault, member: string): Promise<void>;
  /** Undoes it. */
  mend(fault: MemberFault, member: string): Promise<void>;
  /** Resolves when all members are there and answer. */
  ready(): Promise<void>;
  /** Ends all members, and removes what they have left. */
  close(): Promise<void>;
}
