import { renameSync } from 'node:fs';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf } from '../../../errors/store-error.js';
import type { Document } from '../../document/document.js';
import type { Site } from '../disk/site.js';
import { closeLater, stage } from '../disk/stage.js';
import { type FileState, hasChanged } from '../disk/state.js';
import type { Intent } from '../queue/intents.js';
import type { Recovery } from './recovery.js';
import type { Seen } from './seen.js';
import type { Attempt, Task } from './task.js';
import { openFile, replacedBy, vouchedFor } from './write.js';

/** The rest of an attempt that repairs quickly. It carries nothing along, and leaves the copy as it is. */
export function attemptQuickly(
  site: Site,
  intent: Intent,
  task: Task,
  { state, open, recovery }: Pick<Seen, 'state' | 'open'> & { recovery: Recovery },
): Attempt {
  const isNew = recovery.base !== recovery.held.document;
  if (isNew && !replaceQuickly(site, intent, state, recovery.base))
    return { kind: 'fenced', isOvertaken: true };
  const before = vouchedFor(task);
  const old = open ?? (before && openFile(before));
  // The intent vouches for nothing any more: the copy does not name what is there.
  closeLater(before?.files.filter((file) => !isNew || file !== old) ?? []);
  const replaced = isNew && old ? replacedBy({ state, recovery }, old) : undefined;
  const nobody = { ended: new Set<string>(), others: 0, isAwaited: false };
  return { kind: 'committed', repairs: {}, ...nobody, known: undefined, replaced };
}

/**
 * Puts a repair in place of what a foreign program has just written, under the fence, and without a sync: programs that write
 * some hundred times a second leave no time for one. No call was told that the repair is durable. To all others the new file is
 * that of a program that knows no intents, and a commit adopts it later. A power cut may lose it, and the copy then has every
 * acknowledged change.
 * @returns false if another process came later, or the file was changed since it was read
 */
function replaceQuickly(
  site: Site,
  { directory: intent }: Intent,
  state: FileState,
  document: Document,
): boolean {
  const place = intent.at('new');
  const owner = (state.kind === 'missing' ? undefined : state.owner) ?? site.owner;
  try {
    closeLater([stage(place, site.format.serialize(document), owner)]);
    if (hasChanged(site, state) || !site.hasIntentsInPlace()) return false;
    renameSync(place, site.place);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError('change', site.file, error);
  }
}
