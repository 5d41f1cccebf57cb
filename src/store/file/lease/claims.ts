import { closeSync, fstatSync, lstatSync, rmdirSync, type Stats, unlinkSync, writeSync } from 'node:fs';
import type { Directory } from '../../../surroundings/directory.js';
import type { Location } from '../../../surroundings/locate.js';
import { openPrivate } from '../../../surroundings/private-directory.js';
import { readRegular } from '../../../surroundings/regular-file.js';
import { errnoOf } from '../../errors.js';
import { ioError } from '../../io-error.js';
import type { Claim, Claims, SeenClaim, Version } from '../../refresh/claims.js';
import { stage } from '../commit/stage.js';
import { type Site, SiteGone, type Sites } from '../site.js';
import { namesIn } from './intents.js';
import { isProvablyDead, newNonce, type Owner, self } from './owner.js';

/** What a claim's file holds. */
interface Content extends Owner {
  nonce: string;
  failed?: boolean;
}

/**
 * Claims as files, `<file>.refresh/<key>-<value>-<attempt>`, each created exclusively. They are no lock of the
 * credential file: that is free while the provider is asked.
 *
 * A claim taken after another, which was left behind, removes that one. So one who saw the claims before could take an
 * attempt that is over: after creating its file each looks whether there is a later attempt, and yields to it.
 *
 *     P sees 0 dead | Q takes 1, fails; R takes 2, removes 1 | P takes 1, sees 2, yields
 */
export class FileClaims implements Claims {
  readonly #sites: Sites;

  constructor(sites: Sites) {
    this.#sites = sites;
  }

  latest(version: Version): SeenClaim | undefined {
    return this.#look((room) => {
      const attempt = Math.max(-1, ...attemptsIn(namesIn(room.directory), version));
      if (attempt < 0) return undefined;
      const content = readClaim(room, nameOf(version, attempt));
      return {
        // A claim whose owner has not written itself down yet counts as alive.
        id: `${attempt} ${content?.nonce ?? 'unknown'}`,
        attempt,
        failed: content?.failed === true,
        dead: content !== undefined && isProvablyDead(content),
        holder: { pid: content?.pid ?? 0, host: content?.host ?? 'unknown' },
      };
    });
  }

  take(version: Version, after: SeenClaim | undefined): Claim | undefined {
    const attempt = after ? after.attempt + 1 : 0;
    const content: Content = { ...self, nonce: newNonce() };
    const made = create(this.#sites, nameOf(version, attempt), content);
    if (!made) return undefined;
    const claim = new FileClaim(made, content);
    try {
      const { directory } = made.room;
      const attempts = attemptsIn(namesIn(directory), version);
      if (attempts.every((other) => other <= attempt)) {
        for (const other of attempts) {
          if (other < attempt) removeIfPossible(directory, nameOf(version, other));
        }
        return claim;
      }
    } catch (error) {
      // Nobody would end it, and the others would wait for its lease.
      claim.drop();
      throw error;
    }
    claim.drop();
    return undefined;
  }

  sweep(current: Version): void {
    try {
      this.#look((room) => {
        for (const name of namesIn(room.directory)) {
          if (name.startsWith(`${current.key}-`) && !name.startsWith(`${current.key}-${current.value}-`)) {
            removeIfPossible(room.directory, name);
          }
        }
        removeIfEmpty(room);
      });
    } catch {
      // The next sweep does it.
    }
  }

  /** Undefined where nobody has claimed anything. */
  #look<T>(use: (room: Room) => T): T | undefined {
    const site = this.#sites.find();
    if (!site) return undefined;
    try {
      const directory = openPrivate(site.location, roomOf(site), { make: false });
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

/** The directory of claims, held open, and the site that it belongs to. */
interface Room {
  site: Site;
  directory: Directory;
}

/** A claim's own file, which stays open: under its name may lie another's by the time that we are done. */
interface Made {
  room: Room;
  name: string;
  descriptor: number;
}

class FileClaim implements Claim {
  readonly #made: Made;
  readonly #content: Content;
  #isOver = false;

  constructor(made: Made, content: Content) {
    this.#made = made;
    this.#content = content;
  }

  drop(): void {
    const { room, name, descriptor } = this.#made;
    this.#end(() => {
      if (isAt(room.directory, name, fstatSync(descriptor))) unlinkSync(room.directory.at(name));
      removeIfEmpty(room);
    });
  }

  fail(): void {
    const { descriptor } = this.#made;
    // Longer than what it says now: nothing of that is left.
    this.#end(() => writeSync(descriptor, JSON.stringify({ ...this.#content, failed: true }), 0));
  }

  #end(act: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      act();
    } catch {
      // Left as it is, it is waited for until its lease is over.
    } finally {
      closeSync(this.#made.descriptor);
      close(this.#made.room);
    }
  }
}

function isAt(directory: Directory, name: string, { dev, ino }: Stats): boolean {
  const stats = lstatSync(directory.at(name), { throwIfNoEntry: false });
  return stats?.dev === dev && stats.ino === ino;
}

function close({ site, directory }: Room): void {
  directory.close();
  site.release();
}

function roomOf(site: Site): string {
  return site.nameOf('refresh');
}

function nameOf({ key, value }: Version, attempt: number): string {
  return `${key}-${value}-${attempt}`;
}

function attemptsIn(names: readonly string[], version: Version): number[] {
  const prefix = nameOf(version, 0).slice(0, -1);
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((rest) => /^\d+$/.test(rest))
    .map(Number);
}

const triesMax = 100;

/** @returns undefined if it is there already */
function create(sites: Sites, name: string, content: Content): Made | undefined {
  for (let tries = 1; ; tries++) {
    const room = enter(sites);
    try {
      // Root gives it to the owner of the file, who could not see otherwise who is refreshing.
      const { descriptor } = stage(
        room.directory.at(name),
        Buffer.from(JSON.stringify(content)),
        room.site.owner,
      );
      return { room, name, descriptor };
    } catch (error) {
      close(room);
      if (errnoOf(error) === 'EEXIST') return undefined;
      // Whoever was the last to refresh removes the directory.
      if (errnoOf(error) !== 'ENOENT' || tries === triesMax)
        throw ioError('create', `${room.directory.path}/${name}`, error);
    }
  }
}

function enter(sites: Sites): Room {
  for (let tries = 1; ; tries++) {
    const site = sites.make();
    try {
      const directory = openPrivate(site.location, roomOf(site), { make: true });
      if (directory) return { site: site.retain(), directory };
      if (tries === triesMax) throw ioError('create', roomOf(site), new SiteGone(site.file));
    } finally {
      site.release();
    }
  }
}

/** Undefined where it is gone, not written yet, or no claim. */
function readClaim({ site, directory }: Room, name: string): Content | undefined {
  const inside: Location = { ...site.location, directory };
  try {
    const read = readRegular(inside, name);
    if (!read) return undefined;
    const content = JSON.parse(read.bytes.toString('utf8')) as Content | null;
    const isOwner = typeof content?.pid === 'number' && typeof content.machine === 'string';
    return isOwner ? content : undefined;
  } catch {
    return undefined;
  }
}

function removeIfPossible(directory: Directory, name: string): void {
  try {
    unlinkSync(directory.at(name));
  } catch {
    // Gone already; or the next sweep removes it.
  }
}

/** By its name: another may have put one of its own there, and then it is that one's to be empty or not. */
function removeIfEmpty({ site, directory }: Room): void {
  try {
    if (isAt(site.directory, roomOf(site), directory.stats)) rmdirSync(site.directory.at(roomOf(site)));
  } catch {
    // Others are refreshing.
  }
}
