import { type Document, doubledKeys } from '../../document.js';
import type { Site } from '../disk/site.js';
import type { FileState } from '../disk/state.js';
import type { LastCommitted } from './last-committed.js';
import { quarantine } from './quarantine.js';
import type { Recovery } from './recovery.js';

/** Where those bytes are that a commit replaces, and that hold more than what it writes. */
export interface KeptAside {
  restored?: { quarantine: string; reason: string };
  /** Keys that were there more than once, of which the new file holds one value. */
  doubled?: { keys: readonly string[]; quarantine: string };
}

interface Replacement {
  state: FileState;
  last: LastCommitted | undefined;
  recovery: Recovery;
  /** What is about to be written. */
  document: Document;
}

/** Keeps them, before anything is written. Once: what is written holds each key once. */
export function keepWhatIsLost(site: Site, { state, last, recovery, document }: Replacement): KeptAside {
  if (state.kind === 'valid') {
    const keys = doubledKeys(state.document);
    return keys.length === 0 ? {} : { doubled: { keys, quarantine: quarantine(site, state) } };
  }
  if (!recovery.restores || state.kind === 'missing') return {};
  const restored = { reason: state.reason, quarantine: quarantine(site, state) };
  // The copy is replaced as well. Put back as it is, it keeps all of its values.
  const keys = document === recovery.base ? [] : doubledKeys(recovery.base);
  if (!last || keys.length === 0) return { restored };
  const { identity, bytes } = last;
  const copy = { identity, bytes, ...(state.owner && { owner: state.owner }) };
  return { restored, doubled: { keys, quarantine: quarantine(site, copy, 'copy') } };
}
