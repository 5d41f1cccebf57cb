import path from 'node:path';
import { type Document, doubledKeys } from '../../document/document.js';
import type { DocumentFormat } from '../../document/format.js';
import type { Site } from '../disk/site.js';
import type { FileState } from '../disk/state.js';
import { type Intent, isThere, unlinkIfThere } from '../queue/intents.js';
import { newNonce } from '../queue/owner.js';
import type { LastCommitted } from './last-committed.js';
import { type Doomed, quarantine } from './quarantine.js';
import type { Recovery } from './recovery.js';

/** Where a commit has kept the bytes that it replaces, if they hold more than what it writes. */
export interface KeptAside {
  restored?: { quarantine: string; reason: string } | undefined;
  /** Keys that the old file held more than once. The new one holds one value for each. */
  doubled?: { keys: readonly string[]; quarantine: string } | undefined;
}

/** A state that is kept for `restore`. */
export interface KeptGeneration {
  path: string;
  /** Removes it: the commit that was to give something up did not happen. */
  takeBack: () => void;
}

/**
 * Keeps our last state where a foreign program has removed more than one entry of it, or one in a doubtful way. If that was no
 * logout but a program that could not read the file, say, nothing else would bring the others back: the copy is about to be
 * replaced.
 * @param given a newer state than ours that is to be kept in any case
 * @returns `fenced` where another process came later: it keeps the state itself
 */
export function keepGeneration(
  site: Site,
  intent: Intent,
  basis: Omit<Replacement, 'document'>,
  given?: Document,
): KeptGeneration | 'fenced' | undefined {
  const { state } = basis;
  if (given && state.kind !== 'missing') {
    const bytes = site.format.serialize(given);
    const kept = quarantine(site, { identity: state.identity, bytes, owner: state.owner }, 'copy');
    return { path: kept, takeBack: () => {} };
  }
  const doomed = doomedGeneration(basis, site.format);
  if (!doomed) return undefined;
  if (!isThere(intent)) return 'fenced';
  // A name of its own: another process may keep the same state, and need it after we have taken ours back.
  const kept = quarantine(site, doomed, 'copy', newNonce());
  return { path: kept, takeBack: () => unlinkIfThere(site.directory.at(path.basename(kept)), kept) };
}

function doomedGeneration(
  { state, last, recovery }: Omit<Replacement, 'document'>,
  format: DocumentFormat,
): Doomed | undefined {
  const { merge, excluded, base } = recovery;
  if (!last || !merge || state.kind !== 'valid') return undefined;
  const whole = format.parse(last.bytes) ?? new Map<string, string>();
  const ours = new Map([...whole].filter(([key]) => !excluded.has(key)));
  const removed = [...ours.keys()].filter((key) => !base.has(key));
  if (removed.length < (merge.isDoubtful ? 1 : 2)) return undefined;
  const bytes = excluded.size === 0 ? last.bytes : format.serialize(ours);
  return { identity: last.identity, bytes, owner: state.owner };
}

interface Replacement {
  state: FileState;
  last: LastCommitted | undefined;
  recovery: Recovery;
  /** What is about to be written. */
  document: Document;
}

/** Keeps them before anything is written. It happens once, because what is written holds each key once. */
export function keepWhatIsLost(site: Site, { state, last, recovery, document }: Replacement): KeptAside {
  if (state.kind === 'valid') {
    const keys = doubledKeys(state.document);
    return { doubled: keys.length > 0 ? { keys, quarantine: quarantine(site, state) } : undefined };
  }
  if (!recovery.restores || state.kind === 'missing') return {};
  const restored = { reason: state.reason, quarantine: quarantine(site, state) };
  // The copy is replaced as well. Put back as it is, it keeps all of its values.
  const { held } = recovery;
  const keys = document === held.document ? [] : doubledKeys(held.document);
  if (!last || keys.length === 0) return { restored };
  const copy = { identity: last.identity, bytes: last.bytes, owner: state.owner };
  return { restored, doubled: { keys, quarantine: quarantine(site, copy, 'copy') } };
}
