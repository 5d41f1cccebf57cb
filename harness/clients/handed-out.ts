import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ValueId } from '../history/events.js';

/** A token in the hands of a user, made up like everything here. */
export interface HandedOut {
  /** The key in the history: one for each token, so that its life is that of a register. */
  key: string;
  value: ValueId;
  id: string;
  token: string;
}

/** The name under which a token is created: the history knows by it which operation made the token. */
export const nameOf = ({ key, value }: Pick<HandedOut, 'key' | 'value'>) => `${key} ${value}`;

/** The value in a name that a target returns; `!` and a reason if no client gave that name. */
export function valueIn(name: string, key: string): ValueId {
  const [found, value] = name.split(' ');
  return found === key && value !== undefined ? value : '!another token';
}

/**
 * How users give tokens to each other, outside the store: a file each. What is handed out was acknowledged, so from then on a
 * refusal is wrong, until a client begins to delete it.
 */
export class Hands {
  private readonly given: string;
  private readonly taken: string;

  constructor(sandbox: string) {
    this.given = path.join(sandbox, 'tokens', 'given');
    this.taken = path.join(sandbox, 'tokens', 'taken');
    for (const place of [this.given, this.taken]) mkdirSync(place, { recursive: true, mode: 0o700 });
  }

  give(token: HandedOut): void {
    // By a rename: no process finds half of it.
    const staged = path.join(this.taken, `${token.key}.new`);
    writeFileSync(staged, JSON.stringify(token), { mode: 0o600 });
    renameSync(staged, path.join(this.given, token.key));
  }

  /** Says that a token was deleted. A client that knows it goes on trying it. */
  take({ key }: HandedOut): void {
    try {
      renameSync(path.join(this.given, key), path.join(this.taken, key));
    } catch {
      // Two have deleted it.
    }
  }

  /** The tokens that no client has announced to delete. @param isNew asked of each key; what it refuses is not read */
  current(isNew: (key: string) => boolean = () => true): HandedOut[] {
    return readAll(this.given, isNew);
  }

  /** All that ever were. */
  all(): HandedOut[] {
    return [...readAll(this.given), ...readAll(this.taken)];
  }
}

function readAll(place: string, isWanted: (key: string) => boolean = () => true): HandedOut[] {
  const names = readdirSync(place).filter((name) => !name.endsWith('.new') && isWanted(name));
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(path.join(place, name), 'utf8')) as HandedOut];
    } catch {
      // Taken since it was listed.
      return [];
    }
  });
}
