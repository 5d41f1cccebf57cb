import { closeSync, fstatSync, lstatSync, rmdirSync, type Stats, unlinkSync, writeSync } from 'node:fs';
import { ioError } from '../../errors/io-error.js';
import { errnoOf } from '../../errors/store-error.js';
import type { Directory } from '../../surroundings/directory.js';
import { openPrivate } from '../../surroundings/private-directory.js';
import type { Claim, Claims, SeenClaim, Version } from '../backend/claims.js';
import {
  type ClaimContent,
  type ClaimDirectory,
  encode,
  idOf,
  isOver,
  readClaim,
  stateOf,
} from './claim-content.js';
import { attemptsIn, directoryNameOf, isOther, nameOf } from './claim-names.js';
import { SiteGone, type Sites } from './disk/site.js';
import { stage } from './disk/stage.js';
import { namesIn } from './queue/intents.js';
import { isProvablyDead, newNonce, self } from './queue/owner.js';

/**
 * Claims as files, `<file>.refresh/<key>-<value>-<attempt>`, each created exclusively. They do not lock the
 * credential file, which is free while the provider is asked.
 *
 * A claim that follows an abandoned one removes that one. So a process that listed the claims before could take an attempt
 * that is over. Therefore each process lists the claims again after it has created its file. It yields to a later attempt, and
 * where its own file is gone. It also yields where the claim that it was to follow is gone, or is another's by now: given
 * back, that one may have been taken anew by a process that saw no later one.
 *
 *     P sees 0 dead | Q takes 1, fails; R takes 2, removes 1 | P takes 1, sees 2, yields
 *     P sees 0 silent | Q, who has 0, gives it back | R sees none, takes 0 | P takes 1, sees that 0 is R's, yields
 */
export class FileClaims implements Claims {
  readonly #sites: Sites;

  constructor(sites: Sites) {
    this.#sites = sites;
  }

  latest(version: Version): SeenClaim | undefined {
    return this.#look((claims) => {
      const attempt = Math.max(-1, ...attemptsIn(namesIn(claims.directory), version));
      if (attempt < 0) return undefined;
      const content = readClaim(claims, nameOf(version, attempt));
      return {
        id: idOf(attempt, content),
        attempt,
        state: stateOf(content),
        // A claim counts as alive while its owner has not written its content yet.
        dead: content !== undefined && isProvablyDead(content),
        holder: { pid: content?.pid ?? 0, host: content?.host ?? 'unknown' },
      };
    });
  }

  acquire(version: Version, after: SeenClaim | undefined): Claim | undefined {
    const attempt = after ? after.attempt + 1 : 0;
    const content: ClaimContent = { ...self, nonce: newNonce() };
    const made = create(this.#sites, nameOf(version, attempt), content);
    if (!made) return undefined;
    const claim = new FileClaim(made, content, idOf(attempt, content));
    try {
      if (isNext(made, version, attempt, after)) return claim;
    } catch (error) {
      // No process would end this claim, and the others would wait for its lease.
      claim.drop();
      throw error;
    }
    claim.drop();
    return undefined;
  }

  remove(version: Version, id: string): void {
    this.#tidy((claims) => {
      const attempt = Number.parseInt(id, 10);
      const name = nameOf(version, attempt);
      // As long as we live, no other process follows a claim that says that we have the answer.
      if (idOf(attempt, readClaim(claims, name)) === id) removeIfPossible(claims.directory, name);
    });
  }

  /**
   * All processes can see the stored answer before we come here, and one may have refreshed it by now. So a version that is not
   * ours may be the next one, with a living claim.
   *
   *     P stores v1, is slow | Q refreshes v1 to v2 | R claims v2, asks | P removes that claim | S claims v2: asks, too
   *
   * So the current version is looked up after the claims were listed, and even then a claim that may be a living process's stays
   * for a lease. It does not stay for good: that of a process from before the last boot is never provably dead, and nobody waits for
   * it, as its version is not the current one.
   */
  async sweep(stored: Version, current: () => Promise<Version>, leaseMs: number): Promise<void> {
    let left: string[] = [];
    const isLeft = (claims: ClaimDirectory, name: string) =>
      isOver(readClaim(claims, name)) || isSilent(claims, name, leaseMs);
    this.#tidy((claims) => {
      const others = namesIn(claims.directory).filter((name) => isOther(name, stored));
      left = others.filter((name) => isLeft(claims, name));
    });
    if (left.length === 0) return;
    // If the credential can't be read, any version may be the current one. The next sweep removes the claims.
    const now = await current().catch(() => undefined);
    if (!now) return;
    this.#tidy((claims) => {
      for (const name of left)
        if (isOther(name, now) && isLeft(claims, name)) removeIfPossible(claims.directory, name);
    });
  }

  #tidy(use: (claims: ClaimDirectory) => void): void {
    try {
      this.#look((claims) => {
        use(claims);
        removeIfEmpty(claims);
      });
    } catch {
      // The next sweep does it.
    }
  }

  /** Undefined where there are no claims. */
  #look<T>(use: (claims: ClaimDirectory) => T): T | undefined {
    const site = this.#sites.find();
    if (!site) return undefined;
    try {
      const directory = openPrivate(site.location, directoryNameOf(site), { make: false });
      if (!directory) return undefined;
      try {
        return use({ site, directory });
      } finally {
        directory.close();
      }
    } finally {
      site.release();
    }
  }
}

/** A claim's own file, which stays open: by the time that we are done, its name may lead to the file of another. */
interface Made {
  claims: ClaimDirectory;
  name: string;
  descriptor: number;
}

class FileClaim implements Claim {
  readonly #made: Made;
  #content: ClaimContent;
  #isOver = false;

  constructor(
    made: Made,
    content: ClaimContent,
    readonly id: string,
  ) {
    this.#made = made;
    this.#content = content;
  }

  spend(): void {
    if (this.#isOver) return;
    try {
      this.#write({ spent: true });
    } catch {
      // The claim still says that it is asking, and is passed when its lease is over.
    }
  }

  drop(): void {
    const { claims, name, descriptor } = this.#made;
    this.#end(() => {
      if (isAt(claims.directory, name, fstatSync(descriptor))) unlinkSync(claims.directory.at(name));
      removeIfEmpty(claims);
    });
  }

  fail(): void {
    this.#end(() => this.#write({ failed: true }));
  }

  keep(): void {
    this.#end(() => this.#write({ spent: true, unsaved: true }));
  }

  /** In place and of the same length: it needs no room on a full disk, and leaves nothing of the old content. */
  #write(more: Partial<ClaimContent>): void {
    this.#content = { ...this.#content, ...more };
    const bytes = encode(this.#content);
    writeSync(this.#made.descriptor, bytes, 0, bytes.length, 0);
  }

  #end(act: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      act();
    } catch {
      // The claim stays as it is, and others wait for it until its lease is over.
    } finally {
      closeSync(this.#made.descriptor);
      close(this.#made.claims);
    }
  }
}

/** Whether a claim that was just created is the next one; if so, those before it are removed. */
function isNext(
  { claims, name, descriptor }: Made,
  version: Version,
  attempt: number,
  after: SeenClaim | undefined,
): boolean {
  const { directory } = claims;
  const attempts = attemptsIn(namesIn(directory), version);
  if (attempts.some((other) => other > attempt)) return false;
  if (!isAt(directory, name, fstatSync(descriptor))) return false;
  if (after && idOf(after.attempt, readClaim(claims, nameOf(version, after.attempt))) !== after.id)
    return false;
  for (const other of attempts) if (other < attempt) removeIfPossible(directory, nameOf(version, other));
  return true;
}

/**
 * The claim was written last more than a lease before the credential file: both times are those of the file system's clock. One
 * whose process has an answer that it could not save stays.
 */
function isSilent(claims: ClaimDirectory, name: string, leaseMs: number): boolean {
  const { site, directory } = claims;
  const written = lstatSync(directory.at(name), { throwIfNoEntry: false })?.mtimeMs;
  const stored = lstatSync(site.place, { throwIfNoEntry: false })?.mtimeMs;
  if (written === undefined || stored === undefined || stored - written <= leaseMs) return false;
  return readClaim(claims, name)?.unsaved !== true;
}

function isAt(directory: Directory, name: string, { dev, ino }: Stats): boolean {
  const stats = lstatSync(directory.at(name), { throwIfNoEntry: false });
  return stats?.dev === dev && stats.ino === ino;
}

function close({ site, directory }: ClaimDirectory): void {
  directory.close();
  site.release();
}

const triesMax = 100;

/** @returns undefined if it is there already */
function create(sites: Sites, name: string, content: ClaimContent): Made | undefined {
  for (let tries = 1; ; tries++) {
    const claims = openClaims(sites);
    try {
      // Root gives it to the owner of the file, who could not see otherwise which process is refreshing.
      const { descriptor } = stage(claims.directory.at(name), encode(content), claims.site.owner);
      return { claims, name, descriptor };
    } catch (error) {
      close(claims);
      if (errnoOf(error) === 'EEXIST') return undefined;
      // The last process that refreshed has removed the directory.
      if (errnoOf(error) !== 'ENOENT' || tries === triesMax)
        throw ioError('create', `${claims.directory.path}/${name}`, error);
    }
  }
}

function openClaims(sites: Sites): ClaimDirectory {
  for (let tries = 1; ; tries++) {
    const site = sites.make();
    try {
      const directory = openPrivate(site.location, directoryNameOf(site), { make: true });
      if (directory) return { site: site.retain(), directory };
      if (tries === triesMax) throw ioError('create', directoryNameOf(site), new SiteGone(site.file));
    } finally {
      site.release();
    }
  }
}

function removeIfPossible(directory: Directory, name: string): void {
  try {
    unlinkSync(directory.at(name));
  } catch {
    // It is gone already, or the next sweep removes it.
  }
}

/** Compares before it removes by name: another process may have put a directory of its own there. */
function removeIfEmpty({ site, directory }: ClaimDirectory): void {
  try {
    if (isAt(site.directory, directoryNameOf(site), directory.stats))
      rmdirSync(site.directory.at(directoryNameOf(site)));
  } catch {
    // Others are refreshing.
  }
}
