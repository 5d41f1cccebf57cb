import { lstatSync, renameSync } from 'node:fs';
import { errnoOf } from '../../../errors/store-error.js';
import type { Site } from '../disk/site.js';
import { identityOf, isSameIdentity, readState } from '../disk/state.js';
import { type Intent, isThere } from '../queue/intents.js';
import type { Ticket } from '../queue/ticket.js';
import { durable } from './durable.js';
import { readLastCommitted } from './last-committed.js';
import { reconcile } from './recovery.js';
import { destroyOthers } from './survey.js';

/**
 * Takes a request back. It does so under an intent of our own, so that no process is left that could have read it and apply it
 * later, and by a rename into that intent. The rename fails where another process has come after us, and where the request
 * has ended. If the request was unlinked and its end looked up afterwards, all evidence would be gone where both happen:
 *
 *     W: intent | P: intent, reads r | W unlinks r, is fenced | P commits r | P' commits, names r no more | W: withdrawn?
 *
 * @returns how the request had ended before, or `withdrawn` if it never took effect and never will. Undefined if that is not
 * known now: we were fenced, or the request has just got its answer
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
  const recovery = reconcile(state, last, undefined, { revocable, format: site.format });
  const isPart = recovery?.applied.has(request.id);
  if (isPart && !recovery?.renewsEpoch) {
    // The process that carried it along may have been stopped before this.
    await durable(site);
    return 'done';
  }
  // Also if that commit was stopped half-way: the copy holds the change, and the file would get it back if it were damaged now.
  const isNamed = isPart || last?.applying.includes(request.id);
  if (!recovery || isNamed) return isThere(intent) ? 'unknown' : undefined;
  try {
    const [place, withdrawn] = [request.intents.at(request.name), intent.directory.at('withdrawn')];
    renameSync(place, withdrawn);
    const stats = lstatSync(withdrawn, { bigint: true });
    if (isSameIdentity(identityOf(stats), request.identity)) return 'withdrawn';
    // What another program has put in its place says nothing about its end, and is not ours to remove.
    renameSync(withdrawn, place);
    return 'unknown';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
