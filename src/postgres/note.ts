import type { Note } from '../store/backend/revocable.js';
import { definiteError } from './failures.js';
import type { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { beginNote, changeNote, readNote } from './schema.js';

/** A text in one row. It is compared by value: the same text again is no change. */
export class PostgresNote implements Note {
  readonly #line: Line;
  readonly #place: string;
  readonly #name: string;

  constructor(line: Line, { prefix, place }: PostgresSettings, name: string) {
    this.#line = line;
    this.#place = place;
    this.#name = `${prefix}/${name}`;
  }

  async read(deadline: number): Promise<string | undefined> {
    const content = await this.#ask(readNote, [this.#name], deadline, 'content');
    return typeof content === 'string' ? content : undefined;
  }

  async change(edit: (text: string | undefined) => string | undefined, deadline: number): Promise<void> {
    for (;;) {
      const text = await this.read(deadline);
      const next = edit(text);
      if (next === undefined || next === text) return;
      const isChanged =
        text === undefined
          ? await this.#ask(beginNote, [this.#name, next], deadline)
          : await this.#ask(changeNote, [this.#name, text, next], deadline);
      if (isChanged === true) return;
    }
  }

  async #ask(text: string, parameters: string[], deadline: number, column = 'said'): Promise<unknown> {
    try {
      return (await this.#line.ask(text, parameters, deadline)).row?.[column];
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }
}
