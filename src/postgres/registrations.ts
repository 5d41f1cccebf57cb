import {
  Registrations as AllRegistrations,
  type Register,
  type Registration,
  type Roll,
  type SeenRegistration,
} from '../store/backend/registrations.js';
import type { Line } from './line.js';
import { listVerifiers, register, removeVerifier, sayKnown, strikeVerifier } from './schema.js';

/** Who answers from memory: a row for each. */
export class Registrations extends AllRegistrations {
  constructor(line: Line, settings: { prefix: string }, confirmedMsFor?: number) {
    super(new PostgresRegister(line, settings), confirmedMsFor);
  }
}

/** What a verifier says it knows only grows, so it tells one word from another. */
export function seenRegistration(id: string, known: number): SeenRegistration {
  return { id, known, changed: String(known) };
}

class PostgresRegister implements Register {
  readonly #line: Line;
  readonly #prefix: string;

  constructor(line: Line, { prefix }: { prefix: string }) {
    this.#line = line;
    this.#prefix = prefix;
  }

  async add(id: string, deadline: number): Promise<void> {
    await this.#line.ask(register, [this.#prefix, id], deadline, true);
  }

  async say(seen: SeenRegistration, revision: number, deadline: number): Promise<Registration | undefined> {
    const { id, changed } = seen;
    const parameters = [this.#prefix, id, changed, String(revision)];
    const { row } = await this.#line.ask(sayKnown, parameters, deadline, true);
    return row?.said === true ? { id, changed: String(revision) } : undefined;
  }

  async list(deadline: number): Promise<Roll> {
    const { row } = await this.#line.ask(listVerifiers, [this.#prefix], deadline);
    const { revision, verifiers } = row as { revision: string; verifiers: string };
    const all = (JSON.parse(verifiers) as [string, number][]).map((one) => seenRegistration(...one));
    return { revision: Number(revision), all };
  }

  async strike({ id, changed }: SeenRegistration, deadline: number): Promise<void> {
    await this.#line.ask(strikeVerifier, [this.#prefix, id, changed], deadline);
  }

  async remove(id: string, deadline: number): Promise<void> {
    await this.#line.ask(removeVerifier, [this.#prefix, id], deadline);
  }
}
