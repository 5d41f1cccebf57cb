import type { MemberFault } from '../history/member-faults.js';
import type { TargetOptions } from './target.js';

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
  /** Those options of the target that put its clients under bad conditions, which scenarios ask for. */
  readonly conditions?: readonly string[];
  /** What can't be done to its members here, and why, as the end of a sentence. */
  readonly cannot: Readonly<Partial<Record<MemberFault, string>>>;
  /** Asks all members, and waits for none of them for long. */
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
