import type { Stats } from 'node:fs';
import { unsafe } from './unsafe.js';
import type { Actor } from './users.js';

const root = 0;
const byGroup = 0o020;
const byAll = 0o002;
const sticky = 0o1000;

type OwnerAndMode = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** A directory on the way to a file, or the directory of the file. */
export interface Step {
  path: string;
  stats: OwnerAndMode;
}

/**
 * Checks the way to a file as OpenSSH's StrictModes does. Each directory belongs to us or to root, and no other user can
 * make, remove or rename anything in it. Or it is sticky, as `/tmp` is, and the next entry is ours.
 *
 * Root acts for the first user other than root that owns a directory on the way, its principal. From there on that user may
 * swap every name, so root trusts nothing but what it holds open.
 */
export class Trust {
  /** The user that root acts as. Undefined for a process that is not root, and where all of the way is root's own. */
  #principal: OwnerAndMode | undefined;
  readonly #actor: Actor;
  /** The file as it was given. For messages. */
  readonly #file: string;
  readonly #isStrict: boolean;

  constructor(file: string, actor: Actor, isStrict: boolean) {
    this.#file = file;
    this.#actor = actor;
    this.#isStrict = isStrict && actor.uid !== undefined;
  }

  get isRoot(): boolean {
    return this.#actor.uid === root;
  }

  /** The user that root acts as from here on. */
  get principal(): Pick<OwnerAndMode, 'uid' | 'gid'> | undefined {
    return this.#principal;
  }

  /** The way leads through this directory. */
  enter({ path, stats }: Step): void {
    const { uid } = stats;
    if (this.isRoot && !this.#isRoots(uid)) this.#principal ??= stats;
    if (!this.#isStrict || this.#isOurs(uid) || this.#actor.isUnmapped(uid)) return;
    throw unsafe(
      this.#file,
      `${path} belongs to user ${uid}, who could put another file in its place`,
      `Keep the file in a directory of your own${this.#insist}`,
    );
  }

  /**
   * The way leads to this entry of the directory, of whatever kind.
   * @param entry undefined where it does not exist yet
   */
  reach({ path, stats }: Step, name: string, entry: OwnerAndMode | undefined): void {
    if (!this.#isStrict || !this.isOpen(stats)) return;
    const isSticky = (stats.mode & sticky) !== 0;
    if (
      isSticky &&
      (entry === undefined || this.#isOurs(entry.uid) || (this.isRoot && this.#mayBecome(entry)))
    )
      return;
    throw isSticky
      ? unsafe(
          this.#file,
          `${name} in ${path} belongs to user ${entry?.uid}, and any user may put a file there`,
          `Remove it if it is not yours, or keep your own elsewhere${this.#insist}`,
        )
      : unsafe(
          this.#file,
          `other users may write to the directory ${path} (mode ${octal(stats.mode)}), and so replace what is in it`,
          `Mend it by: chmod go-w ${quoted(path)}${this.#insist}`,
        );
  }

  /** May this link in this directory be followed? */
  follow({ path, stats }: Step, name: string, link: OwnerAndMode): void {
    if (!this.#isStrict || !this.isRoot) return;
    if (this.#isRoots(stats.uid) && (link.uid === root || !this.isOpen(stats))) return;
    throw unsafe(
      this.#file,
      `${name} in ${path} is a symbolic link of user ${link.uid}, which could lead root anywhere`,
      `Do it as that user, or name the file that it leads to${this.#insist}`,
    );
  }

  /** Could a user other than its owner make, remove or rename something in this directory? */
  isOpen({ uid, gid, mode }: OwnerAndMode): boolean {
    if (mode & byAll) return true;
    return (mode & byGroup) !== 0 && ![uid, this.#mine].some((user) => this.#actor.isPrivateGroup(gid, user));
  }

  /**
   * May a file in this directory be used? Ours may, and root's. In a directory where only root can put anything, root takes any
   * file. In another user's directory that user may have put a file of root's: under another name, or as a second name of any
   * file, where the kernel lets users link files that they can't read.
   */
  trustsFile(directory: OwnerAndMode, { uid, nlink }: { uid: number; nlink: number }): boolean {
    if (this.#isStrict && this.#principal && uid === root && nlink > 1) return false;
    return this.trustsOwner(directory, uid);
  }

  /** The same for a directory, which has one name only. */
  trustsOwner(directory: OwnerAndMode, owner: number): boolean {
    if (!this.#isStrict || owner === root || owner === this.#actor.uid) return true;
    if (!this.isRoot) return false;
    return this.#principal ? owner === this.#principal.uid : !this.isOpen(directory);
  }

  get #mine(): number {
    return this.#principal?.uid ?? this.#actor.uid ?? root;
  }

  /** In a user namespace the real root has no number of its own. */
  #isRoots(uid: number): boolean {
    return uid === root || this.#actor.isUnmapped(uid);
  }

  #isOurs(uid: number): boolean {
    return uid === root || uid === this.#actor.uid || uid === this.#principal?.uid;
  }

  /** Root may be about to act for this user. */
  #mayBecome({ uid }: OwnerAndMode): boolean {
    return this.#principal === undefined || this.#principal.uid === uid;
  }

  get #insist(): string {
    return ', or insist by allowUnsafe (--allow-unsafe)';
  }
}

/** Permission bits as `chmod` takes them. */
export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(3, '0');
}

/** The path as a word of a shell. */
function quoted(place: string): string {
  return /^[\w./@:+-]+$/.test(place) ? place : `'${place.replaceAll("'", `'\\''`)}'`;
}
