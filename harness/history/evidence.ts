import type { MemberFault } from './member-faults.js';

/**
 * What shows the entries of a run, besides the answers of the store itself.
 *
 * A target promises `get`, `all`, `set` and `remove`, and nothing about its file. So the file is evidence only where a probe,
 * alone in a process, found it to be so; otherwise a finding would rest on a layout that no target has promised.
 */
export interface Evidence {
  /**
   * `file`: the file is a JSON object with a top-level member for each entry, at once after each change, and what another
   * program writes there is an entry. `read`: the target's own `read(bytes)` gives the entries in it, at once after each
   * change. `store`: nothing but the store's own calls.
   */
  of: 'file' | 'read' | 'store';
  /** Why it is not the file: what the probe found, as the end of a sentence. */
  why?: string;
  /** How the file of a program is read. */
  format?: string;
}

/** True if nothing but the store's own calls says anything about its entries. */
export function isStoreAlone({ evidence }: { evidence?: Evidence }): boolean {
  return evidence?.of === 'store';
}

export const ofFile: Evidence = { of: 'file' };

/** What a probe found out about a target. */
export interface Probed {
  evidence: Evidence;
  /** The file alone holds the entries: a copy of it, made right after a change, is a store with the same ones. */
  isWhole: boolean;
  /** Its commits are calls before which a client can be stopped: a rename onto the file, or a write of it by path. */
  showsCommits: boolean;
  /** What a killed client had sent may take effect later. Default false. */
  arrivesLate?: boolean;
  /** Of the tokens of a target: see `TargetModule.regularTokens`. Default false. */
  regularTokens?: boolean;
  /** How long it took to open, in milliseconds. */
  openMs: number;
  /** What it leaves beside its file when it was alone: patterns, see own-paths.ts. */
  own: readonly string[];
  /** The cluster that it is on, with what can't be done to its members, and the bad conditions that it knows. */
  cluster?: { cannot: Readonly<Partial<Record<MemberFault, string>>>; conditions?: readonly string[] };
  /** For a program under test: what it is, and how long its commands took when it was alone. */
  program?: ProbedProgram;
}

export interface ProbedProgram {
  /** As it says itself: `11.19.1`. */
  version?: string;
  /** The median of its changes, in milliseconds. */
  changeMs: number;
  /** After so long it is killed, in milliseconds. */
  callMsMax: number;
  /** Files of the user's that it might have changed instead of its own, and how each was found. */
  outside: Readonly<Record<string, string>>;
}

/** What is assumed of the stores that ship with the harness, whose files are known. */
export const knownTarget: Probed = {
  evidence: ofFile,
  isWhole: true,
  showsCommits: true,
  openMs: 0,
  own: [],
};

/** One line for reports. Undefined where the file itself is evidence. */
export function evidenceLine(target: string, { of, why = 'unknown', format }: Evidence): string | undefined {
  if (of === 'file') return undefined;
  if (format !== undefined) return undefined;
  const how =
    of === 'read'
      ? 'Its own read() gives the entries in it; those before the run were stored by set().'
      : 'Entries before the run were stored by set(), the end was read by all(), and no foreign reader looked on.';
  return `${target}: the file itself is no evidence: ${why}. ${how}`;
}
