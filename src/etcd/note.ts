import type { Note } from '../store/backend/revocable.js';
import type { Etcd } from './client.js';
import { definiteError } from './failures.js';
import type { EtcdSettings } from './options.js';
import { foundValue, get, holds, put } from './wire.js';

/** A text under one key. It is compared by value: the same text again is no change. */
export class EtcdNote implements Note {
  readonly #etcd: Etcd;
  readonly #place: string;
  readonly #key: string;

  constructor(etcd: Etcd, { prefix, place }: EtcdSettings, name: string) {
    this.#etcd = etcd;
    this.#place = place;
    this.#key = `${prefix}/${name}`;
  }

  async read(deadline: number): Promise<string | undefined> {
    const { answer } = await this.#asking(() => this.#etcd.txn([], [get(this.#key)], [], deadline));
    return foundValue(answer, 0);
  }

  async change(edit: (text: string | undefined) => string | undefined, deadline: number): Promise<void> {
    for (let text = await this.read(deadline); ; ) {
      const next = edit(text);
      if (next === undefined) return;
      const compare = [holds(this.#key, text)];
      const { answer } = await this.#asking(() =>
        this.#etcd.txn(compare, [put(this.#key, next)], [get(this.#key)], deadline),
      );
      if (answer.succeeded) return;
      text = foundValue(answer, 0);
    }
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }
}
