import type { Document } from '../../document/document.js';
import type { DocumentFormat } from '../../document/format.js';
import { withGeneration } from '../../merge/generations.js';
import { type FileState, timeOf } from '../disk/state.js';
import type { Intent } from '../queue/intents.js';
import { newNonce } from '../queue/owner.js';
import type { LastCommitted } from './last-committed.js';
import type { Recovery } from './recovery.js';
import type { Requests } from './survey.js';

/** What an attempt has read. */
export interface Basis {
  state: FileState;
  last: LastCommitted | undefined;
  recovery: Recovery;
  requests: Requests;
}

/** The next content of the copy. The identity of the file is filled in once the file is staged. */
export function nextRecord(
  { name }: Intent,
  basis: Basis,
  document: Document,
  format: DocumentFormat,
): LastCommitted {
  const { last, state, recovery, requests } = basis;
  const { held } = recovery;
  // What is restored, or put back, may never have been in the file: it is part of the state from this commit on, if that happens.
  const isRestored = (id: string) => recovery.renewsEpoch && last?.applying.includes(id);
  const applied = requests.applied.map(({ id }) => id);
  return {
    id: name,
    epoch: last && !recovery.renewsEpoch ? last.epoch : newNonce(),
    replaces: state.identity,
    replacesStale: recovery.isStale,
    identity: state.identity,
    applied: applied.filter((id) => !isRestored(id)),
    applying: [...applied.filter(isRestored), ...requests.open.map(({ id }) => id)],
    generations: withGeneration(recovery.generations, held.document, document, timeOf(state.identity)),
    bytes: (document === held.document && held.bytes) || format.serialize(document),
  };
}
