import { lstatSync, renameSync } from 'node:fs';
import { errnoOf } from '../../errors.js';
import type { Site } from '../disk/site.js';
import { identityOf, isSameIdentity, readState } from '../disk/state.js';
import { type Intent, isThere } from '../queue/intents.js';
import type { Ticket } from '../queue/queue.js';
import { durable } from './durable.js';
import { readLastCommitted } from './last-committed.js';
import { reconcile } from './recovery.js';
import { destroyOthers } from './survey.js';

/**
 * Takes a request back. Under an intent of our own, so that nobody is left who could have read it and apply it later;
 * and by a rename into it, which fails where somebody has come after us, and where the request has ended. Unlinked
 * and then asked for, it would be gone with all evidence where both have happened:
 *
 *     W: intent | P: intent, reads r | W unlinks r, is fenced | P commits r | P' commits, names r no more | W: withdrawn?
 *
 * @returns how it had ended before, or `withdrawn` if it never took effect and never will; undefined if that can't be told
 * now: fenced, or it has just been told how it ended
 */
export async function withdraw(
  site: Site,
  intent: Intent,
  request: Pick<Ticket, 'intents' | 'name' | 'id' | 'identity'>,
  revocable: boolean,
): Promise<'done' | 'unknown' | 'withdrawn' | undefined> {
  destroyOthers(intent);
  const state = readState(site);
  const last = readLastCommitted(site);
  const recovery = reconcile(state, last, undefined, revocable);
  const isPart = recovery?.applied.has(request.id);
  if (isPart && !recovery?.renewsEpoch) {
    // Whoever carried it along may have been stopped before this.
    await durable(site);
    return 'done';
  }
  // Also where that commit was stopped half-way: the copy holds it, and the file would get it back were it damaged now.
  const isNamed = isPart || last?.applying.includes(request.id);
  if (!recovery || isNamed) return isThere(intent) ? 'unknown' : undefined;
  try {
    const [place, withdrawn] = [request.intents.at(request.name), intent.directory.at('withdrawn')];
    renameSync(place, withdrawn);
    const stats = lstatSync(withdrawn, { bigint: true });
    if (isSameIdentity(identityOf(stats), request.identity)) return 'withdrawn';
    // What another hand has put in its place says nothing of what became of it, and is not ours to remove.
    renameSync(withdrawn, place);
    return 'unknown';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
