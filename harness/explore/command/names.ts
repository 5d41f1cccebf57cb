import path from 'node:path';
import type { ValueId } from '../../history/events.js';
import type { ReadBytes } from '../../line/foreign-reader.js';
import { parse } from '../../programs/formats/index.js';
import { idIn, textOf } from '../../programs/names.js';
import { Identified } from '../../workload/values.js';

/** What a program is given for a value. Names of clients are capital letters, and those of values are not. */
export function valueText(id: ValueId): string {
  return textOf(id.toLowerCase());
}

function valueIdIn(text: string): ValueId {
  return idIn(text).replace(/^[a-z](?=\.)/, (letter) => letter.toUpperCase());
}

/**
 * Reads a program's file as the harness reads others: each entry of ours by its key.
 * @param keys those that are looked for
 */
export function readerFor(format: string, keys: readonly string[]): ReadBytes {
  const key = new RegExp(`(?<![\\w-])(?:${keys.map(escaped).join('|')})(?![\\w-])`);
  return function read(bytes) {
    const found = parse(Buffer.from(bytes).toString(), format, (step) => key.exec(step)?.[0]);
    return Object.fromEntries([...found].map(([name, text]) => [name, new Identified(valueIdIn(text))]));
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** Names that one client uses, told apart in the same way in every run: those that differ from run to run get numbers. */
export class Aliases {
  private readonly known = new Map<string, number>();

  /** @param isStable true for a path that is the same in every run */
  constructor(private readonly isStable: (place: string) => boolean) {}

  /** @returns a path as it is, or `dir/~1` for the first name that is not always the same */
  of(place: string): string {
    if (this.isStable(place)) return place;
    const number = this.known.get(place) ?? this.known.size + 1;
    this.known.set(place, number);
    return path.posix.join(path.posix.dirname(place), `~${number}`);
  }
}
