import { closeSync, fchmodSync } from 'node:fs';
import type { Directory } from '../../../surroundings/directory.js';
import { openRegular } from '../../../surroundings/regular-file.js';
import type { Site } from '../disk/site.js';
import { inOrder, type QueueEntry } from './entry-names.js';
import { type Intent, listEntries, release } from './intents.js';
import { seemsAlive } from './owner.js';

/**
 * Ends our own intent, and wakes the owner of the first request in line. Never fails.
 *
 * The listing comes after the removal, and the one who waits sets its alarm before it looks for the intent. So no request is
 * overlooked by both. The other way round, both would sleep until a timer wakes one of them:
 *
 *     H lists: nobody | W: request, alarm, H's intent is there: sleeps | H removes its intent
 *
 * @param own our own request, whose owner is awake
 */
export function handOver(site: Site, intent: Intent, own?: string): void {
  if (!intent.directory.isOpen) return;
  release(intent);
  wakeFirst(site, intent.intents, own);
}

/** Wakes the owner of the first request in line. Never fails. */
export function wakeFirst(site: Site, intents: Directory, own?: string): void {
  try {
    touchFirst(site, intents, own);
  } catch {
    // It wakes by its timer.
  }
}

function touchFirst(site: Site, intents: Directory, own: string | undefined): void {
  // Also behind a ticket: its owner wakes by the removal, unless it watches an entry ahead of it, and then both would sleep.
  const first = inOrder(listEntries(intents)).find((entry) => entry.name !== own && isLive(entry));
  if (!first) return;
  const opened = openRegular({ ...site.location, directory: intents }, first.name);
  if (!opened) return;
  const { uid, nlink } = opened.stats;
  try {
    // A file of root's, or one with another name, may have been moved here by the user to have its mode changed.
    if (uid !== BigInt(intents.stats.uid) || nlink !== 1n) return;
    // Its owner watches the file. The mode is what it was, and no part of the identity by which the owner takes it back.
    fchmodSync(opened.descriptor, 0o600);
  } finally {
    closeSync(opened.descriptor);
  }
}

function isLive({ kind, owner }: QueueEntry): boolean {
  return kind === 'request' && seemsAlive(owner);
}
