import { randomBytes } from 'node:crypto';
import { StoreError } from '../errors/store-error.js';
import { Etcd } from './client.js';
import { definiteError, Refused, Unanswered, wrongInput } from './failures.js';
import { type EtcdOptions, type EtcdSettings, settingsOf } from './options.js';
import { partlySealed, resealParts } from './reseal-parts.js';
import { isSealed } from './seal.js';
import { decode, found, getAll, holds, put } from './wire.js';

/**
 * Seals anew every value that the first key has not sealed, plain ones included. To replace a key: give all processes the new key behind
 * the old one; then put it first; then call this; then drop the old one. An entry that changes meanwhile is left alone: who
 * changes it seals it by its own first key, so call this again until it returns 0.
 * @returns how many values it has sealed
 */
export async function reseal(options: EtcdOptions, { deadlineMs = 60_000 } = {}): Promise<number> {
  const deadline = performance.now() + deadlineMs;
  // The credentials, and the tokens.
  const parts = [settingsOf(options), settingsOf(options, 't')];
  return resealParts(parts, (part, onSealed) => resealPart(part, deadline, onSealed), failed);
}

async function resealPart(settings: EtcdSettings, deadline: number, onSealed: () => void): Promise<void> {
  const { seal, prefix } = settings;
  if (!seal) throw wrongInput('reseal() needs keys: the first one seals, and all of them open');
  const etcd = new Etcd(settings);
  try {
    const { answer } = await etcd.txn([], [getAll(`${prefix}/e/`)], [], deadline);
    for (const { key, value } of found(answer, 0)) {
      const name = decode(key);
      const before = decode(value);
      if (seal.isCurrent(before)) continue;
      const text = seal.seal(name, isSealed(before) ? seal.open(name, before) : before);
      // Who has the store in memory compares what he has read by its text: the head says that it is another one.
      const change = [put(name, text), put(`${prefix}/h`, `reseal.${randomBytes(8).toString('hex')}`)];
      const told = await etcd.txn([holds(name, before)], change, [], deadline);
      if (told.answer.succeeded) onSealed();
    }
  } finally {
    etcd.close();
  }
}

function failed({ place }: EtcdSettings, count: number, error: unknown): StoreError {
  const mayHappen = (error instanceof Unanswered || error instanceof Refused) && error.isLate;
  const known = definiteError(place, error);
  if (error instanceof StoreError || (count === 0 && !mayHappen)) return known;
  return partlySealed(known, place, count);
}
