import { closeSync, lstatSync, openSync, rmdirSync, utimesSync } from 'node:fs';
import { errnoOf, StoreError } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import { openPrivate } from '../../../surroundings/private-directory.js';
import { type Site, Sites } from '../disk/site.js';
import { inOrder, newTicketName, type QueueEntry } from '../queue/entry-names.js';
import { listEntries, unlinkIfThere } from '../queue/intents.js';
import { isProvablyDead } from '../queue/owner.js';

/** A guard that has not touched its ticket for so long is passed: it was stopped, or belongs to another boot. */
const silentMs = 5000;

/** Whose turn it is to guard a file. `none`: its directory is missing, and so is all that a guard could look at. */
export type TurnHolder = 'ours' | 'another' | 'none';

/**
 * One guard for each file, and spares that wait. Each has a ticket in `<file>.guard`; the first that lives is on guard.
 * Nothing of the safety depends on it: two guards at once commit through the store like any two processes.
 */
export class GuardTurn {
  readonly #sites: Sites;
  readonly #goesWithout: boolean;
  #own: string | undefined;
  #number: number | undefined;
  /** When each other ticket was seen to change, on our own clock. */
  readonly #seen = new Map<string, { touchedMs: number; since: number }>();

  /** @param goesWithout where the system refuses to write a ticket, it is ours: for a guard that changes nothing */
  constructor(file: string, allowUnsafe = false, goesWithout = false) {
    this.#sites = new Sites(file, allowUnsafe);
    this.#goesWithout = goesWithout;
  }

  /** Returns whose turn it is, and shows other guards that this one lives. */
  whose(): TurnHolder {
    try {
      return this.#ask();
    } catch (error) {
      if (this.#goesWithout && isRefusal(error)) return 'ours';
      throw error;
    }
  }

  #ask(): TurnHolder {
    const turn = this.#inside(true, (place) => {
      this.#touch(place);
      const [first] = inOrder(listEntries(place)).filter((entry) => this.#isThere(place, entry));
      return first?.name === this.#own ? 'ours' : 'another';
    });
    return turn ?? 'none';
  }

  /** Gives the turn to the next. Never fails: the next guard passes a ticket that stays behind. */
  end(): void {
    try {
      this.#inside(false, (place, site) => {
        if (this.#own) unlinkIfThere(place.at(this.#own));
        removeIfEmpty(site);
      });
    } catch {
      // Whatever is in its place was reported when the ticket was to be made.
    }
    this.#own = undefined;
  }

  #touch(place: Directory): void {
    if (this.#own) {
      const now = performance.timeOrigin / 1000 + performance.now() / 1000;
      try {
        utimesSync(place.at(this.#own), now, now);
        return;
      } catch (error) {
        // We were silent for too long, and passed.
        if (errnoOf(error) !== 'ENOENT') throw error;
        this.#number = undefined;
      }
    }
    this.#number ??= Number(process.hrtime.bigint() / 1000n);
    const { name } = newTicketName('ticket', this.#number);
    closeSync(openSync(place.at(name), 'wx', 0o600));
    this.#own = name;
  }

  #isThere(place: Directory, { name, owner }: QueueEntry): boolean {
    if (name === this.#own) return true;
    const stats = lstatSync(place.at(name), { throwIfNoEntry: false });
    if (!stats) return false;
    const now = performance.now();
    const seen = this.#seen.get(name);
    if (seen?.touchedMs !== stats.mtimeMs) this.#seen.set(name, { touchedMs: stats.mtimeMs, since: now });
    const isSilent = seen?.touchedMs === stats.mtimeMs && now - seen.since > silentMs;
    if (!isSilent && !isProvablyDead(owner)) return true;
    this.#seen.delete(name);
    unlinkIfThere(place.at(name));
    return false;
  }

  /** Undefined where there is no such directory. */
  #inside<Result>(make: boolean, use: (place: Directory, site: Site) => Result): Result | undefined {
    const site = this.#sites.find();
    if (!site) return undefined;
    try {
      const place = openPrivate(site.location, site.nameOf('guard'), { make });
      if (!place) return undefined;
      try {
        return use(place, site);
      } finally {
        place.close();
      }
    } catch (error) {
      // The last guard has just removed the directory: the next look makes it again.
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    } finally {
      site.release();
    }
  }
}

function removeIfEmpty(site: Site): void {
  try {
    rmdirSync(site.directory.at(site.nameOf('guard')));
  } catch (error) {
    // Others are there, or have removed it.
    if (!/^(ENOTEMPTY|EEXIST|ENOENT)$/.test(errnoOf(error) ?? '')) throw error;
  }
}

/** Does the system refuse to write? Anything else, a file in the place of the directory say, is to be reported. */
function isRefusal(error: unknown): boolean {
  const code = errnoOf(error instanceof StoreError ? error.cause : error);
  return /^(EROFS|EACCES|EPERM|ENOSPC|EDQUOT)$/.test(code ?? '');
}
