import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Changes } from '../../store/watch.js';
import type { CredentialStore } from './app.js';

const heartbeatMs = 10_000;

/**
 * Server-sent events, as the agent's server has them: `{ type, properties }`. First `server.connected`; whatever changes after
 * that is told: `credentials.changed` with the names of entries, `{ changed, removed }`, never their values. A client that reads
 * slowly is told less often, of all that has happened meanwhile.
 */
export function eventStream(watch: NonNullable<CredentialStore['watch']>, stopping?: AbortSignal) {
  return (context: Context): Response =>
    streamSSE(context, async (stream) => {
      const news = new News();
      const end = watch((changes) => news.add(changes));
      const stop = () => news.end();
      stream.onAbort(stop);
      stopping?.addEventListener('abort', stop);
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), heartbeatMs);
      const tell = (type: string, properties: object) =>
        stream.writeSSE({ data: JSON.stringify({ type, properties }) });
      try {
        if (stopping?.aborted) return;
        await tell('server.connected', {});
        for await (const changes of news.told()) await tell('credentials.changed', changes);
      } finally {
        clearInterval(heartbeat);
        stopping?.removeEventListener('abort', stop);
        end();
      }
    });
}

/** What has changed and was not yet told. */
class News {
  private readonly changed = new Set<string>();
  private readonly removed = new Set<string>();
  private ended = false;
  private wake = () => {};

  add({ changed, removed }: Changes): void {
    for (const key of changed) {
      this.removed.delete(key);
      this.changed.add(key);
    }
    for (const key of removed) {
      this.changed.delete(key);
      this.removed.add(key);
    }
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async *told(): AsyncGenerator<Changes> {
    while (!this.ended) {
      if (this.changed.size + this.removed.size === 0) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        continue;
      }
      const changes = { changed: [...this.changed], removed: [...this.removed] };
      this.changed.clear();
      this.removed.clear();
      yield changes;
    }
  }
}
