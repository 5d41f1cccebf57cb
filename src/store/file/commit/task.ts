import type { Change } from '../../document/change.js';
import type { Document } from '../../document/document.js';
import type { FileState, OpenFile } from '../disk/state.js';
import type { KeptAside } from './kept-aside.js';
import type { LastCommitted } from './last-committed.js';
import type { Beliefs, Recovery } from './recovery.js';

/** What to commit. */
export type Wish = ChangeWish | RewriteWish | RepairWish;

/** A change of the document. */
interface ChangeWish {
  kind: 'change';
  change: Change;
  /** A state that is to be kept for `restore`, in any case. */
  generation: (() => Document | undefined) | undefined;
}

/** The file is written again, with what it holds. Never handed to another process: it is to show that we can commit. */
interface RewriteWish {
  kind: 'rewrite';
  /** Asked in each attempt with the document that is about to be committed. */
  isWanted: (document: Document) => boolean;
}

/** The file is to hold what a process says that has seen more states than the copy names. */
export interface RepairWish {
  kind: 'repair';
  /** Asked in each attempt, in place of the merge. Returns undefined to leave the file as it is. */
  judge: (found: FileState) => Document | undefined;
  /** A state that is to be kept for `restore`, in any case. */
  generation: () => Document | undefined;
  /** The file is repaired at once, and neither synced nor named in the copy: see `replaceQuickly`. */
  isQuick: boolean;
}

/** What one attempt commits, whatever intent it is made under. */
export interface AttemptOptions {
  wish: Wish;
  /** The name of our own request among those of the others. It gets no answer. */
  own: string | undefined;
  /** Requests whose owners did not respond for a lease. One of these that can't be read is removed. */
  unresponsive: ReadonlySet<string>;
  earlier: Earlier;
}

/** What a foreign program wrote into a file that we had replaced: it is in no file that has a name. */
export interface LateWrite {
  document: Document;
  /** What the file held when it was replaced, or when such a write was reported last. */
  before: Document;
}

/** A file that a commit has replaced. It is open, and a program that has it open may still write into it. */
export interface ReplacedFile {
  /** The same object that all others have of it, so that it is closed once. */
  open: OpenFile;
  bytes: Buffer;
  document: Document;
}

/** The same with its intent. The kind says what that vouches for, and so what the fence has to do. */
export type Task = FreshTask | HeldTask | StandingTask;

/** The intent vouches for nothing yet. All other intents are destroyed before anything is read. */
interface FreshTask extends AnyTask {
  kind: 'fresh';
  /** The intent is kept after the commit: because more is expected from others, or because no process waits for its end. */
  outlives: boolean;
}

/**
 * The intent has been held since an earlier commit, which destroyed the others. A process that commits later destroys this
 * one. So nothing is destroyed again, and neither the file nor its copy is read again. What others ask for is.
 */
interface HeldTask extends AnyTask {
  kind: 'held';
  known: Known;
  /** The intent is kept after the commit, because more is expected from others. */
  outlives: boolean;
}

/** The same, for a standing intent: it outlives the commit, and no process waits for its end or for an answer. */
interface StandingTask extends AnyTask {
  kind: 'standing';
  known: Known;
}

interface AnyTask extends AttemptOptions {
  beliefs: Beliefs;
  /** The file that is replaced stays open: see `ReplacedFiles`. */
  looksBack: boolean;
}

/** What earlier attempts at the same change have seen and done. */
export interface Earlier {
  /** The state that stayed the same for long enough to act upon it. */
  settled?: FileState | undefined;
  /** The attempt that was fenced between its two renames. */
  interrupted?: Interrupted | undefined;
}

/** A commit that was fenced after its copy was in place and before its file was. */
export interface Interrupted {
  id: string;
  epoch: string;
}

/** What a held intent vouches for: no other process has committed since, or the intent would be gone. */
export interface Known {
  state: FileState;
  last: LastCommitted;
  /** Open until they are replaced. */
  files: readonly OpenFile[];
}

export interface Repairs extends KeptAside {
  merge?: Recovery['merge'];
  /** Where our last state was kept, of which a foreign program has removed much. */
  generation?: string | undefined;
}

export type Attempt = Committed | Fenced | Unsettled;

/** The commit is durable. */
export interface Committed {
  kind: 'committed';
  repairs: Repairs;
  /** The file that is no longer there. Undefined where none was replaced, or nobody looks back. */
  replaced: ReplacedFile | undefined;
  /** What the file and its copy hold now. Undefined where this intent has written nothing yet. */
  known: Known | undefined;
  /** The requests that are part of the commit. Each has its answer, except our own. */
  ended: ReadonlySet<string>;
  /** How many of these are requests of others. */
  others: number;
  /** Another process waits for the end of this intent. */
  isAwaited: boolean;
}

/** Another process came later and destroyed the intent. Nothing was changed: start again with fresh state. */
export interface Fenced {
  kind: 'fenced';
  /** The file was changed, by a program that knows no intents most likely: no process is in a fight with us. */
  isOvertaken?: boolean;
  interrupted?: Interrupted | undefined;
}

/** The file may be the half-done work of another program: wait without an intent, then look again. */
interface Unsettled {
  kind: 'unsettled';
  state: FileState;
}
