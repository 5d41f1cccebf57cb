import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Changes } from '../../store/watch.js';
import type { GuardedEnv } from '../adapters/hono.js';
import { problem } from './failures.js';
import { sharedWatch, type Watch } from './shared-watch.js';
import { StreamPlaces, streamsMax } from './stream-places.js';

const heartbeatMs = 10_000;
const retryAfterSeconds = 10;

/**
 * Server-sent events, in the form of the agent's server: `{ type, properties }`. The first is `server.connected`; each change after
 * it is a `credentials.changed` with the names of entries, `{ changed, removed }`, never their values. A client that reads slowly
 * gets fewer events, which cover all that has happened meanwhile. A token has at most 64 streams, and all together 512: the next
 * one is answered with 429.
 */
export function eventStream(watch: Watch, stopping?: AbortSignal) {
  const watchShared = sharedWatch(watch);
  const places = new StreamPlaces();
  const open = new Set<News>();
  stopping?.addEventListener('abort', () => {
    for (const news of open) news.end();
  });
  return (context: Context<GuardedEnv>): Response => {
    // No client reads the body of a HEAD, so nothing would ever end the stream.
    if (context.req.method === 'HEAD')
      return context.body(null, 200, { 'Content-Type': 'text/event-stream' });
    const news = new News();
    const end = watchShared((changes) => news.add(changes));
    const release = places.reserve(context.var.token?.id ?? '');
    if (!release) {
      end();
      return tooMany(context);
    }
    open.add(news);
    return streamSSE(context, async (stream) => {
      stream.onAbort(() => news.end());
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), heartbeatMs);
      const send = (type: string, properties: object) =>
        stream.writeSSE({ data: JSON.stringify({ type, properties }) });
      try {
        if (stopping?.aborted) return;
        await send('server.connected', {});
        for await (const changes of news.changes()) await send('credentials.changed', changes);
      } finally {
        clearInterval(heartbeat);
        open.delete(news);
        end();
        release();
      }
    });
  };
}

function tooMany(context: Context): Response {
  context.header('Retry-After', String(retryAfterSeconds));
  const { ofToken, inAll } = streamsMax;
  const limits = `${ofToken} streams of one token, and ${inAll} of all, are open at most`;
  return problem(context, 429, 'too_many_requests', `${limits}: close one, or try again later`);
}

/** Changes that were not yet sent. */
class News {
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  #ended = false;
  #wake = () => {};

  add({ changed, removed }: Changes): void {
    for (const key of changed) {
      this.#removed.delete(key);
      this.#changed.add(key);
    }
    for (const key of removed) {
      this.#changed.delete(key);
      this.#removed.add(key);
    }
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *changes(): AsyncGenerator<Changes> {
    while (!this.#ended) {
      if (this.#changed.size + this.#removed.size === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const changes = { changed: [...this.#changed], removed: [...this.#removed] };
      this.#changed.clear();
      this.#removed.clear();
      yield changes;
    }
  }
}
