import { renameSync } from 'node:fs';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf } from '../../../errors/store-error.js';
import { type Document, serializeDocument } from '../../document/document.js';
import type { Site } from '../disk/site.js';
import { closeLater, stage } from '../disk/stage.js';
import { type FileState, hasChanged } from '../disk/state.js';
import type { Intent } from '../queue/intents.js';

/**
 * Puts a repair in place of what a foreign program has just written, under the fence, and without a sync: programs that write
 * some hundred times a second leave no time for one. No call was told that the repair is durable. To all others the new file is
 * that of a program that knows no intents, and a commit adopts it later. A power cut may lose it, and the copy then has every
 * acknowledged change.
 * @returns false if another process came later, or the file was changed since it was read
 */
export function replaceQuickly(
  site: Site,
  { directory: intent }: Intent,
  state: FileState,
  document: Document,
): boolean {
  const place = intent.at('new');
  const owner = (state.kind === 'missing' ? undefined : state.owner) ?? site.owner;
  try {
    closeLater([stage(place, serializeDocument(document), owner)]);
    if (hasChanged(site, state) || !site.hasIntentsInPlace()) return false;
    renameSync(place, site.place);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError('change', site.file, error);
  }
}
