import { statSync } from 'node:fs';
import { ioError } from '../../errors/io-error.js';
import { errnoOf } from '../../errors/store-error.js';
import { tickMs } from '../../surroundings/reading.js';
import type { Document } from '../document/document.js';
import { readLastCommitted } from './commit/last-committed.js';
import { settle } from './disk/settle.js';
import type { Site, Sites } from './disk/site.js';
import { type FileState, isSame, isSameIdentity, readState } from './disk/state.js';

const looksMax = 20;
const nothing: Document = new Map();

interface ReadState {
  document: Document | undefined;
  /** False where the file is unusable, or another program wrote it: a commit must restore it or take it over first. */
  isSound: boolean;
}

/**
 * Reads the file, and parses it only when it has changed. A file with the same device, number, size and times is the
 * same, unless it was changed in place within one tick of the clock. So a file that was first seen less than a tick ago is
 * read again.
 */
export class Reader {
  readonly #sites: Sites;
  #cached: { stamp: string; since: number; settledAt: number; state: FileState } | undefined;

  constructor(sites: Sites) {
    this.#sites = sites;
  }

  async read(deadline: number): Promise<ReadState> {
    const cached = this.#cached;
    if (cached && cached.settledAt - cached.since >= tickMs && cached.stamp === this.#stamp()) {
      return { document: documentOf(cached.state), isSound: true };
    }
    return this.#readAnew(deadline);
  }

  close(): void {
    this.#cached = undefined;
  }

  async #readAnew(deadline: number): Promise<ReadState> {
    const site = this.#sites.find();
    // Where the directory is missing, the file is, too.
    if (!site) return { document: nothing, isSound: true };
    try {
      return await this.#readAt(site, deadline);
    } finally {
      site.release();
    }
  }

  async #readAt(site: Site, deadline: number): Promise<ReadState> {
    for (let looks = 1; ; looks++) {
      const before = performance.now();
      const stamp = this.#stamp();
      const state = readState(site, this.#cached?.state);
      const isSeen = this.#cached?.stamp === stamp && isSame(this.#cached.state, state);
      if (isSeen || isOurs(site, state)) {
        const since = isSeen && this.#cached ? this.#cached.since : before;
        this.#cached = { stamp, since, settledAt: before, state };
        return { document: documentOf(state), isSound: true };
      }
      // A commit may have come between the look at the file and the look at its copy.
      if (this.#stamp() !== stamp && looks < looksMax) continue;
      if (state.kind === 'valid') return { document: state.document, isSound: false };
      const settled = await settle(site, state, deadline);
      if (settled.kind !== 'valid') return { document: documentOf(settled), isSound: false };
    }
  }

  /** Everything by which the system distinguishes a file from others, and from itself after a change. */
  #stamp(): string {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(this.#sites.file, { bigint: true });
      return `${dev}.${ino}.${size}.${mtimeNs}.${ctimeNs}`;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return 'none';
      throw ioError('read', this.#sites.file, error);
    }
  }
}

function documentOf(state: FileState): Document | undefined {
  if (state.kind === 'corrupt') return undefined;
  return state.kind === 'valid' ? state.document : nothing;
}

/** Does the copy name this state, or is there no copy to compare with? */
function isOurs(site: Site, state: FileState): boolean {
  if (state.kind === 'corrupt') return false;
  const last = readLastCommitted(site);
  if (!last) return true;
  if (state.kind === 'missing') return site.format.parse(last.bytes)?.size === 0;
  return (
    state.bytes.equals(last.bytes) ||
    (isSameIdentity(state.identity, last.replaces) && last.replaces !== last.identity && !last.replacesStale)
  );
}
