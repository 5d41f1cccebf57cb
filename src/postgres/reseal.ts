import type { StoreError } from '../errors/store-error.js';
import { wrongInput } from '../etcd/failures.js';
import { partlySealed, resealParts } from '../etcd/reseal-parts.js';
import { isSealed } from '../etcd/seal.js';
import { definiteError } from './failures.js';
import { Line } from './line.js';
import { type PostgresOptions, type PostgresSettings, settingsOf } from './options.js';
import { readStore } from './schema.js';
import { Session } from './session.js';
import { boundBy } from './state.js';

/**
 * Seals anew every value that the first key has not sealed, plain ones included. To replace a key: give all processes the new key behind
 * the old one; then put it first; then call this; then drop the old one. An entry that changes meanwhile is left alone: who
 * changes it seals it by its own first key, so call this again until it returns 0.
 * @returns how many values it has sealed
 */
export async function reseal(options: PostgresOptions, { deadlineMs = 60_000 } = {}): Promise<number> {
  const deadline = performance.now() + deadlineMs;
  // The credentials, and the tokens.
  const parts = [settingsOf(options), settingsOf(options, 't')];
  return resealParts(parts, (part, onSealed) => resealPart(part, deadline, onSealed), failed);
}

async function resealPart(settings: PostgresSettings, deadline: number, onSealed: () => void): Promise<void> {
  const { seal, prefix, place } = settings;
  if (!seal) throw wrongInput('reseal() needs keys: the first one seals, and all of them open');
  const line = new Line(settings);
  const session = new Session(line, prefix, place);
  try {
    const { row } = await line.ask(readStore, [prefix, 'false', null, null], deadline);
    for (const [name, before] of JSON.parse(String(row?.entries ?? '[]')) as [string, string][]) {
      if (seal.isCurrent(before)) continue;
      const bound = `${boundBy(prefix)}${name}`;
      const text = seal.seal(bound, isSealed(before) ? seal.open(bound, before) : before);
      const seen = JSON.stringify([[name, before]]);
      const commit = () => session.commit({ head: null, seen }, JSON.stringify([[name, text]]), deadline);
      let outcome = await commit();
      while (outcome === 'again') outcome = await commit();
      if (outcome === 'done') onSealed();
    }
  } finally {
    await session.end();
    line.close();
  }
}

function failed({ place }: PostgresSettings, count: number, error: unknown): StoreError {
  const known = definiteError(place, error);
  return count === 0 ? known : partlySealed(known, place, count);
}
