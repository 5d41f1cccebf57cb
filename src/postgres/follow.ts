import type { Document } from '../store/document/document.js';
import { Connection } from './connection.js';
import { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { Layout, type State } from './state.js';

/** A notification is a hint, not a log: it is lost with its connection, and no one says when that has ended. So the head is read now and then. */
const lookEveryMs = 3000;
const pauseMs = 200;
const loadMs = 5000;

/** How the state is read. */
type Load = (deadline: number) => Promise<Pick<State, 'head' | 'document'>>;

/** Follows the store by a connection of its own for what it reads. @returns a function that ends it */
export function watchStore(settings: PostgresSettings, listener: (document: Document) => void): () => void {
  const layout = new Layout(settings);
  const line = new Line(settings);
  const end = followStore(settings, (deadline) => layout.load(line, deadline, true), listener);
  return () => {
    end();
    line.close();
  };
}

/**
 * Calls the listener with the state now, and after each commit of any process. Listens first and reads then, so no commit falls in between.
 * Keeps no process alive.
 * @returns a function that ends it
 */
export function followStore(
  settings: PostgresSettings,
  load: Load,
  listener: (document: Document) => void,
): () => void {
  let isEnded = false;
  let told: string | null | undefined;
  let connection: Connection | undefined;
  let pause: NodeJS.Timeout | undefined;
  let at = 0;
  let hasMoved = false;
  let looking: Promise<void> | undefined;

  /** One look at a time: what moves meanwhile is looked at right after it. */
  const look = (): Promise<void> => {
    hasMoved = true;
    looking ??= (async () => {
      try {
        while (hasMoved && !isEnded) {
          hasMoved = false;
          const { head, document } = await load(performance.now() + loadMs);
          if (isEnded || head === told) continue;
          told = head;
          listener(document);
        }
      } finally {
        looking = undefined;
      }
    })();
    return looking;
  };

  const lookOften = (): void => {
    pause = setTimeout(() => {
      look().then(lookOften, lookOften);
    }, lookEveryMs).unref();
  };

  const listen = async (): Promise<void> => {
    if (isEnded) return;
    let isOver = false;
    const again = () => {
      if (isOver) return;
      isOver = true;
      connection?.close();
      connection = undefined;
      at++;
      if (!isEnded) setTimeout(listen, pauseMs).unref();
    };
    try {
      const host = settings.hosts[at % settings.hosts.length];
      if (!host) return;
      // What fails here is tried again, and the look every few seconds does not depend on it.
      const hear = () => void look().catch(() => {});
      connection = await Connection.open(host, settings, settings.attemptMs, hear);
      connection.onEnd(again);
      await connection.ask('listen holdfast', [], settings.attemptMs, true);
      if (isEnded) connection.close();
      else await look();
    } catch {
      again();
    }
  };

  void look().catch(() => {});
  void listen();
  lookOften();
  return () => {
    isEnded = true;
    clearTimeout(pause);
    connection?.close();
  };
}
