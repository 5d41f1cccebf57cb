import { chmodSync, closeSync, mkdirSync, readFileSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../errors.js';
import type { Claim, Claims, SeenClaim, Version } from '../../refresh/claims.js';
import { giveDirectory, type Ownership, ownershipFromRoot } from '../commit/ownership.js';
import { stage } from '../commit/stage.js';
import { ioError, resolvePaths } from '../paths.js';
import { namesIn } from './intents.js';
import { isProvablyDead, newNonce, type Owner, self } from './owner.js';

const suffix = '.refresh';

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
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  latest(version: Version): SeenClaim | undefined {
    const directory = this.#directory();
    const attempt = Math.max(-1, ...attemptsIn(namesIn(directory), version));
    if (attempt < 0) return undefined;
    const content = readClaim(path.join(directory, nameOf(version, attempt)));
    return {
      // A claim whose owner has not written itself down yet counts as alive.
      id: `${attempt} ${content?.nonce ?? 'unknown'}`,
      attempt,
      failed: content?.failed === true,
      dead: content !== undefined && isProvablyDead(content),
      holder: { pid: content?.pid ?? 0, host: content?.host ?? 'unknown' },
    };
  }

  take(version: Version, after: SeenClaim | undefined): Claim | undefined {
    const directory = this.#directory();
    const attempt = after ? after.attempt + 1 : 0;
    const content: Content = { ...self, nonce: newNonce() };
    const place = path.join(directory, nameOf(version, attempt));
    if (!create(place, JSON.stringify(content))) return undefined;

    const claim = claimAt(place, content);
    const attempts = attemptsIn(namesIn(directory), version);
    if (attempts.some((other) => other > attempt)) {
      claim.drop();
      return undefined;
    }
    for (const other of attempts) {
      if (other < attempt) removeIfPossible(path.join(directory, nameOf(version, other)));
    }
    return claim;
  }

  sweep(current: Version): void {
    try {
      const directory = this.#directory();
      for (const name of namesIn(directory)) {
        if (name.startsWith(`${current.key}-`) && !name.startsWith(`${current.key}-${current.value}-`)) {
          removeIfPossible(path.join(directory, name));
        }
      }
      removeIfEmpty(directory);
    } catch {
      // The next sweep does it.
    }
  }

  #directory(): string {
    return resolvePaths(this.#file).file + suffix;
  }
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

/** The file whose claim lies at this place. */
function fileOf(place: string): string {
  return path.dirname(place).slice(0, -suffix.length);
}

/** @returns false if it is there already */
function create(place: string, content: string): boolean {
  for (let attempt = 0; ; attempt++) {
    try {
      // Root gives it to the owner of the file, who could not see otherwise who is refreshing.
      closeSync(stage(place, Buffer.from(content), ownershipFromRoot(fileOf(place))).descriptor);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      // Whoever was the last to refresh removes the directory.
      if (errnoOf(error) !== 'ENOENT' || attempt >= 100) throw ioError('create', place, error);
      makeDirectory(path.dirname(place), ownershipFromRoot(fileOf(place)));
    }
  }
}

function makeDirectory(directory: string, owner: Ownership | undefined): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
    giveDirectory(directory, owner);
    chmodSync(directory, 0o700);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EEXIST' && code !== 'ENOENT') throw ioError('create', directory, error);
  }
}

function claimAt(place: string, content: Content): Claim {
  const isStillOurs = () => readClaim(place)?.nonce === content.nonce;
  return {
    drop() {
      if (!isStillOurs()) return;
      removeIfPossible(place);
      removeIfEmpty(path.dirname(place));
    },
    fail() {
      if (!isStillOurs()) return;
      try {
        writeFileSync(place, JSON.stringify({ ...content, failed: true }), { flag: 'r+' });
      } catch {
        // Unmarked, it is waited for until its lease is over.
      }
    },
  };
}

/** Undefined where it is gone, or not written yet. */
function readClaim(place: string): Content | undefined {
  try {
    const content = JSON.parse(readFileSync(place, 'utf8')) as Content | null;
    const isOwner = typeof content?.pid === 'number' && typeof content.machine === 'string';
    return isOwner ? content : undefined;
  } catch {
    return undefined;
  }
}

function removeIfPossible(place: string): void {
  try {
    unlinkSync(place);
  } catch {
    // Gone already; or the next sweep removes it.
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Others are refreshing.
  }
}
