import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from '../store/document/document.js';
import type { Etcd } from './client.js';
import type { State } from './state.js';
import { encode } from './wire.js';

/** etcd says nothing for ten minutes while nothing changes. A member that is silent for so long may as well be dead. */
const silentMs = 3000;
const pauseMs = 200;
const loadMs = 5000;

/** The key that is watched, and how the state is read. */
export interface Followed {
  readonly head: string;
  load(deadline: number, isBackground: boolean): Promise<Pick<State, 'head' | 'revision' | 'document'>>;
}

/**
 * Calls the listener with the state now, and after each commit of any process. The head is watched from the revision of the last
 * read on, so no commit falls in between; where the history was compacted, or a member fell silent, the state is read anew
 * all the same. Keeps no process alive.
 * @returns a function that ends it
 */
export function followHead(etcd: Etcd, layout: Followed, listener: (document: Document) => void): () => void {
  let isEnded = false;
  let endStream = () => {};
  let told: string | undefined | null = null;
  let pause: NodeJS.Timeout | undefined;
  /** The one that is watched. */
  let member = randomInt(1000);

  /** Reads, tells what has changed, and hangs on to a member until it says no more. */
  const run = async (): Promise<void> => {
    try {
      let { revision } = await look();
      while (!isEnded) revision = await follow(revision);
    } catch {
      // No majority, or no login: nothing is known, so nothing is told.
      if (!isEnded) pause = setTimeout(run, pauseMs).unref();
    }
  };

  const look = async (): Promise<{ revision: number }> => {
    const state = await layout.load(performance.now() + loadMs, true);
    if (!isEnded && state.head !== told) {
      told = state.head;
      listener(state.document);
    }
    return state;
  };

  /** @returns the revision up to which all was told, when the member says no more */
  const follow = async (from: number): Promise<number> => {
    let wake = () => {};
    let isOver = false;
    let hasMoved = false;
    let revision = from;
    let timer: NodeJS.Timeout | undefined;
    const over = () => {
      isOver = true;
      wake();
    };
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(over, silentMs).unref();
    };
    const lines = lineReader((line) => {
      const { result } = JSON.parse(line) as WatchAnswer;
      if (!result || result.canceled) over();
      if (result?.events) hasMoved = true;
      wake();
    });
    const text = (chunk: string) => {
      listen();
      try {
        lines(chunk);
      } catch {
        over();
      }
    };
    listen();
    const create = { key: encode(layout.head), start_revision: String(from + 1) };
    const end = await etcd.follow('/v3/watch', { create_request: create }, member, { text, end: over });
    endStream = () => {
      end();
      over();
    };
    if (isEnded) endStream();
    try {
      while (!isOver && !isEnded) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (isOver || hasMoved) resolve();
        });
        if (!hasMoved || isEnded) continue;
        hasMoved = false;
        revision = (await look()).revision;
      }
    } finally {
      clearTimeout(timer);
      end();
    }
    if (isEnded) return revision;
    member++;
    // A member that refuses at once would be asked without end.
    await sleep(pauseMs, undefined, { ref: false });
    return (await look()).revision;
  };

  void run();
  return () => {
    isEnded = true;
    clearTimeout(pause);
    endStream();
  };
}

interface WatchAnswer {
  result?: { canceled?: boolean; events?: unknown[] };
}

/** Calls back with each whole line of a text that comes in pieces. */
function lineReader(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  };
}
