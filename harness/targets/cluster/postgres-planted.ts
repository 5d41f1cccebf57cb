import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Parameter } from '../../../src/postgres/connection.js';
import { Line, type Told } from '../../../src/postgres/line.js';
import type { PostgresSettings } from '../../../src/postgres/options.js';
import { beginSession, commit } from '../../../src/postgres/schema.js';

/**
 * A network that passes some commits on a second later as well, as if their answer had been lost and they had been asked for again.
 * Without receipts, which is a bug, each try is a commit that the server does not know again.
 */
export class LateLine extends Line {
  readonly #percent: number;
  readonly #hasReceipts: boolean;
  readonly #other: Line;

  constructor(settings: PostgresSettings, percent: number, hasReceipts: boolean) {
    super(settings);
    this.#percent = percent;
    this.#hasReceipts = hasReceipts;
    this.#other = new Line(settings);
  }

  override async ask(...args: Parameters<Line['ask']>): Promise<Told> {
    const [text, parameters, deadline] = args;
    if (text !== commit) return super.ask(...args);
    if (randomInt(100) < this.#percent) setTimeout(() => this.#arrive(parameters), 1000);
    return this.#hasReceipts ? super.ask(...args) : super.ask(text, await this.#fresh(parameters), deadline);
  }

  override close(): void {
    super.close();
    // What is under way arrives all the same.
    setTimeout(() => this.#other.close(), 2000).unref();
  }

  async #arrive(parameters: readonly Parameter[]): Promise<void> {
    try {
      const given = this.#hasReceipts ? parameters : await this.#fresh(parameters);
      await this.#other.ask(commit, given, performance.now() + 10_000);
    } catch {
      // The server was away: it never arrives.
    }
  }

  /** The same commit by a session of its own. */
  async #fresh(parameters: readonly Parameter[]): Promise<Parameter[]> {
    const [store = null, , , next = null, ...others] = parameters;
    const session = randomBytes(8).toString('hex');
    await this.#other.ask(beginSession, [session, '0'], performance.now() + 10_000);
    return [store, session, '0', next, ...others];
  }
}

/** A server that is far away. */
export class FarLine extends Line {
  readonly #lagMs: number;

  constructor(settings: PostgresSettings, lagMs: number) {
    super(settings);
    this.#lagMs = lagMs;
  }

  override async ask(...args: Parameters<Line['ask']>): Promise<Told> {
    const told = await super.ask(...args);
    await sleep(this.#lagMs);
    return told;
  }
}
