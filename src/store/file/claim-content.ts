import type { Directory } from '../../surroundings/directory.js';
import type { Location } from '../../surroundings/locate.js';
import { readRegular } from '../../surroundings/regular-file.js';
import type { ClaimState } from '../backend/claims.js';
import type { Site } from './disk/site.js';
import { isProvablyDead, type Owner } from './queue/owner.js';

/** The content of a claim's file. */
export interface ClaimContent extends Owner {
  nonce: string;
  failed?: true;
  spent?: true;
  unsaved?: true;
}

/** The directory of claims, held open, and the site that it belongs to. */
export interface ClaimDirectory {
  site: Site;
  directory: Directory;
}

/** Longer than any content, so that each content fits in the place of another. */
const contentLength = 400;

export function encode(content: ClaimContent): Buffer {
  return Buffer.from(JSON.stringify(content).padEnd(contentLength));
}

export function idOf(attempt: number, content: ClaimContent | undefined): string {
  return `${attempt} ${content?.nonce ?? 'unknown'}`;
}

export function stateOf(content: ClaimContent | undefined): ClaimState {
  if (content?.failed) return 'failed';
  if (content?.unsaved) return 'unsaved';
  return content?.spent ? 'spent' : 'asking';
}

/** No living process depends on it. An empty claim is about to be written, and the process that has just taken it looks again. */
export function isOver(content: ClaimContent | undefined): boolean {
  return content === undefined || content.failed === true || isProvablyDead(content);
}

/** Undefined where it is gone, not written yet, or not a claim. */
export function readClaim({ site, directory }: ClaimDirectory, name: string): ClaimContent | undefined {
  const inside: Location = { ...site.location, directory };
  try {
    const read = readRegular(inside, name);
    if (!read) return undefined;
    const content = JSON.parse(read.bytes.toString('utf8')) as ClaimContent | null;
    const isOwner = typeof content?.pid === 'number' && typeof content.machine === 'string';
    return isOwner ? content : undefined;
  } catch {
    return undefined;
  }
}
