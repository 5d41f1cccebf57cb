import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../../errors/store-error.js';
import type { Site } from './site.js';
import { type FileState, isSame, readState } from './state.js';

/** A corrupt file must stay the same for this long. Until then it may be a write under way. */
const settleCorruptMs = 100;
/** The same for a missing file: some editors save by unlink and create. */
const settleMissingMs = 20;

/** Waits, without an intent, until the file has stayed the same for long enough, and returns its state. */
export async function settle(site: Site, first: FileState, deadline: number): Promise<FileState> {
  for (let state = first; ; ) {
    if (state.kind === 'valid') return state;
    if (performance.now() > deadline) throw outOfTime(site.file);
    await sleep(state.kind === 'missing' ? settleMissingMs : settleCorruptMs);
    const now = readState(site);
    if (isSame(now, state)) return state;
    state = now;
  }
}

export function outOfTime(file: string): StoreError {
  return new StoreError('E_TIMEOUT', `the deadline passed before ${file} could be used`, {
    definite: true,
    file,
    hint: 'Nothing was written; try again',
  });
}
