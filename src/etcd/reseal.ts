import { Etcd } from './client.js';
import { definiteError, wrongInput } from './failures.js';
import { type EtcdOptions, settingsOf } from './options.js';
import { isSealed } from './seal.js';
import { decode, found, getAll, holds, put } from './wire.js';

/**
 * Seals anew every value that the first key has not sealed, plain ones included. To replace a key: give all processes the new key behind
 * the old one; then put it first; then call this; then drop the old one. An entry that changes meanwhile is left alone: who
 * changes it seals it by its own first key, so call this again until it returns 0.
 * @returns how many values it has sealed
 */
export async function reseal(options: EtcdOptions, { deadlineMs = 60_000 } = {}): Promise<number> {
  const settings = settingsOf(options);
  const { seal, prefix, place } = settings;
  if (!seal) throw wrongInput('reseal() needs keys: the first one seals, and all of them open');
  const etcd = new Etcd(settings);
  const deadline = performance.now() + deadlineMs;
  let count = 0;
  try {
    const { answer } = await etcd.txn([], [getAll(`${prefix}/e/`)], [], deadline);
    for (const { key, value } of found(answer, 0)) {
      const name = decode(key);
      const before = decode(value);
      if (seal.isCurrent(before)) continue;
      const text = seal.seal(name, isSealed(before) ? seal.open(name, before) : before);
      const told = await etcd.txn([holds(name, before)], [put(name, text)], [], deadline);
      if (told.answer.succeeded) count++;
    }
    return count;
  } catch (error) {
    throw definiteError(place, error);
  } finally {
    etcd.close();
  }
}
