import {
  Registrations as AllRegistrations,
  type Register,
  type Registration,
  type Roll,
  type SeenRegistration,
} from '../store/backend/registrations.js';
import type { Etcd } from './client.js';
import { decode, found, get, getAll, holds, type KeyValue, put, remove, unchanged } from './wire.js';

/** Who answers from memory: a key for each, without a lease, since etcd may end one early. */
export class Registrations extends AllRegistrations {
  constructor(etcd: Etcd, settings: { prefix: string }, confirmedMsFor?: number) {
    super(new EtcdRegister(etcd, settings), confirmedMsFor);
  }
}

/** The key of a registration. */
export function registrationKey(prefix: string, id: string): string {
  return `${prefix}/v/${id}`;
}

/** What stands in such a key. Its revision in etcd is another one after each word. */
export function seenRegistration({ key, value, mod_revision }: KeyValue): SeenRegistration {
  const id = decode(key).split('/').at(-1) ?? '';
  return { id, changed: mod_revision, known: Number(decode(value)) };
}

class EtcdRegister implements Register {
  readonly #etcd: Etcd;
  readonly #prefix: string;

  constructor(etcd: Etcd, { prefix }: { prefix: string }) {
    this.#etcd = etcd;
    this.#prefix = prefix;
  }

  async add(id: string, deadline: number): Promise<void> {
    const key = this.#keyOf(id);
    await this.#etcd.txn([holds(key, undefined)], [put(key, '0')], [], deadline, true);
  }

  async say(seen: SeenRegistration, revision: number, deadline: number): Promise<Registration | undefined> {
    const { id, changed } = seen;
    const key = this.#keyOf(id);
    const word = [put(key, String(revision))];
    const { answer } = await this.#etcd.txn([unchanged(key, changed)], word, [get(key)], deadline, true);
    if (answer.succeeded) return { id, changed: answer.header.revision };
    // The first try has done it, and its answer was lost.
    const [now] = found(answer, 0);
    return now && decode(now.value) === String(revision) ? { id, changed: now.mod_revision } : undefined;
  }

  async list(deadline: number): Promise<Roll> {
    const read = [get(`${this.#prefix}/h`), getAll(this.#keyOf(''))];
    const { answer } = await this.#etcd.txn([], read, [], deadline);
    const [head] = found(answer, 0);
    return { revision: Number(head?.mod_revision ?? 0), all: found(answer, 1).map(seenRegistration) };
  }

  async strike({ id, changed }: SeenRegistration, deadline: number): Promise<void> {
    const key = this.#keyOf(id);
    await this.#etcd.txn([unchanged(key, changed)], [remove(key)], [], deadline);
  }

  async remove(id: string, deadline: number): Promise<void> {
    await this.#etcd.txn([], [remove(this.#keyOf(id))], [], deadline);
  }

  #keyOf(id: string): string {
    return registrationKey(this.#prefix, id);
  }
}
