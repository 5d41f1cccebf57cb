import type { Socket } from 'node:net';
import type { Sql } from 'postgres';
import { loadDriver } from './driver.js';
import { failureOf } from './failures.js';
import type { Host, PostgresSettings } from './options.js';
import { reach } from './reach.js';

export type Row = Readonly<Record<string, unknown>>;
export type Parameter = string | null;

/** One connection to one host, until anything fails: then it is closed, and another one is made. It keeps no process alive between calls. */
export class Connection {
  readonly #sql: Sql;
  readonly #socket: Socket;
  #busy = 0;

  constructor(sql: Sql, socket: Socket) {
    this.#sql = sql;
    this.#socket = socket;
  }

  /** @throws NotSent where the host can't be reached in time */
  static async open(
    host: Host,
    settings: PostgresSettings,
    timeoutMs: number,
    onNotify?: () => void,
  ): Promise<Connection> {
    const driver = await loadDriver();
    const socket = await reach(host, settings.tls, timeoutMs);
    let isGiven = false;
    const { name, password } = settings.user ?? {};
    const sql = driver({
      database: settings.database,
      ...named({ username: name, password }),
      // The socket has it already.
      ssl: false,
      max: 1,
      socket: () => {
        // The driver would connect anew by itself, to a host that may not be the same any more.
        if (isGiven) throw new Error('the connection is closed');
        isGiven = true;
        return socket;
      },
      connect_timeout: timeoutMs / 1000,
      max_lifetime: null,
      fetch_types: false,
      prepare: false,
      onnotice: () => {},
      onnotify: () => onNotify?.(),
      connection: { application_name: 'holdfast' },
    });
    socket.unref();
    return new Connection(sql, socket);
  }

  /**
   * @param timeoutMs then the connection is closed: the statement may be under way
   * @throws Refused, NotSent, or any other error where it may have been done
   */
  async ask(
    text: string,
    parameters: readonly Parameter[],
    timeoutMs: number,
    isBackground: boolean,
  ): Promise<Row[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
      if (isBackground) timer.unref();
    });
    if (!isBackground && this.#busy++ === 0) this.#socket.ref();
    try {
      const query = this.#sql.unsafe(text, [...parameters]);
      const asked = parameters.length === 0 ? query.simple() : query;
      return (await Promise.race([asked, late])) as unknown as Row[];
    } catch (error) {
      throw failureOf(error, true);
    } finally {
      clearTimeout(timer);
      if (!isBackground && --this.#busy === 0) this.#socket.unref();
    }
  }

  /** Calls back once when it ends, whoever has ended it. */
  onEnd(listener: () => void): void {
    if (this.#socket.destroyed) listener();
    else this.#socket.once('close', listener);
  }

  close(): void {
    this.#socket.destroy();
    this.#sql.end({ timeout: 0 }).catch(() => {});
  }
}

function named(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
