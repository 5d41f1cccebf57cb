import { StoreError } from '../errors/store-error.js';
import { pauseBeforeRetry } from '../store/backend/pause.js';
import { Connection, type Parameter, type Row } from './connection.js';
import { NotSent, Refused, Unanswered } from './failures.js';
import type { PostgresSettings } from './options.js';
import { createSchema, isStandby, schemaVersion } from './schema.js';

/** How a call went. */
export interface Told {
  row: Row | undefined;
  /** An earlier try of it was not answered: it may have had its effect, or may have it later still. */
  isLate: boolean;
}

/**
 * Asks the hosts in turns until one answers, on one connection at a time. So a statement may be done more than once, and long after
 * its caller has left: what changes something must compare something that it changes.
 */
export class Line {
  readonly #settings: PostgresSettings;
  #connection: Promise<Connection> | undefined;
  /** The host that answered last. */
  #at = 0;
  #trouble: string | undefined;
  #hasSchema = false;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
  }

  /** Why no host has answered last. */
  get trouble(): string {
    return this.#trouble ?? 'no host has answered in time';
  }

  /**
   * @param isBackground keeps no process alive
   * @throws Refused where a host has refused; Unanswered where none has answered until the deadline
   */
  async ask(
    text: string,
    parameters: readonly Parameter[],
    deadline: number,
    isBackground = false,
  ): Promise<Told> {
    let isLate = false;
    const { hosts, attemptMs, availability } = this.#settings;
    for (let tries = 0; ; tries++) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Unanswered(this.trouble, isLate);
      // Longer in each round of all hosts: else what takes longer than one try would never be done.
      const round = Math.floor(tries / hosts.length);
      const wholeMs = attemptMs * 2 ** Math.min(round, 10);
      const timeoutMs = Math.max(1, Math.min(leftMs, wholeMs));
      let connection: Promise<Connection> | undefined;
      const begun = performance.now();
      const { host, port } = hosts[this.#at] ?? {};
      try {
        this.#connection ??= this.#open(timeoutMs);
        connection = this.#connection;
        const [row] = await (await connection).ask(text, parameters, timeoutMs, isBackground);
        this.#trouble = undefined;
        availability.answered(`${host}:${port}`);
        return { row, isLate };
      } catch (error) {
        if (error instanceof StoreError) throw error;
        if (error instanceof Refused) throw isLate ? new Refused(error.state, true) : error;
        isLate ||= !(error instanceof NotSent);
        const reason = `${host}:${port}: ${error instanceof Error ? error.message : 'no answer'}`;
        const isCut = leftMs < wholeMs;
        // A try that the deadline has cut short says less than the one before it.
        if (!isCut || tries === 0) this.#trouble = reason;
        availability.failed(`${host}:${port}`, { reason, begun, isCut });
        if (connection !== undefined && connection === this.#connection) this.#leave();
        await pauseBeforeRetry(round, deadline, isBackground);
      }
    }
  }

  close(): void {
    this.#connection?.then((one) => one.close()).catch(() => {});
    this.#connection = undefined;
  }

  #leave(): void {
    this.close();
    this.#at = (this.#at + 1) % this.#settings.hosts.length;
  }

  /** The first one makes sure that the tables are there. */
  async #open(timeoutMs: number): Promise<Connection> {
    const host = this.#settings.hosts[this.#at];
    if (!host) throw new NotSent('there is no host');
    let connection: Connection | undefined;
    try {
      connection = await Connection.open(host, this.#settings, timeoutMs);
      await refuseStandby(connection, timeoutMs);
      if (!this.#hasSchema) await prepare(connection, timeoutMs);
      this.#hasSchema = true;
      return connection;
    } catch (error) {
      connection?.close();
      // Nothing that a caller wants was sent.
      if (error instanceof Refused || error instanceof StoreError) throw error;
      throw new NotSent(error instanceof Error ? error.message : 'no answer');
    }
  }
}

/** It may lag, and would do so for as long as the connection lasts. One that is made a standby ends its connections. */
async function refuseStandby(connection: Connection, timeoutMs: number): Promise<void> {
  const [row] = await connection.ask(isStandby, [], timeoutMs, false);
  if (row?.said === 'true') throw new NotSent('it is a standby');
}

async function prepare(connection: Connection, timeoutMs: number): Promise<void> {
  const isThere =
    "select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'holdfast' and p.proname = $1";
  const [row] = await connection.ask(isThere, [schemaVersion], timeoutMs, false);
  if (!row) await connection.ask(createSchema, [], timeoutMs, false);
}
