import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** For all answers: nothing may keep them, show them in a frame, or take them for something else. */
const headers = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** As many bytes as some pages have. */
const unreadMax = 16e6;

/**
 * Serves one page and its events on a port of this machine that is free. Whoever asks has to know the token in the address, which no other
 * site can know. The name in `Host` must be one of this machine, else a page whose own name was made to lead here would be of the same
 * origin (DNS rebinding); and a browser must not say that another site asks.
 */
export class LiveServer {
  readonly #token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();
  readonly #kept = new Map<string, string>();

  private constructor(private readonly page: () => string) {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** @param page makes the page as it is now */
  static async start(page: () => string): Promise<LiveServer> {
    const live = new LiveServer(page);
    live.#server.listen(0, '127.0.0.1');
    // Rejects with the error, if there is one.
    await once(live.#server, 'listening');
    // A command that has nothing else to do must be able to end.
    live.#server.unref();
    return live;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/${this.#token}/`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends an event to all open pages; the last of each kind also to those that come later. */
  send(event: string, data: unknown): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#kept.set(event, text);
    for (const listener of this.#listeners) {
      // One that does not read must not hold all that was ever sent. It asks again, and gets the last of each kind.
      if (listener.writableLength > unreadMax) listener.destroy();
      else listener.write(text);
    }
  }

  /** Ends once all open pages have what was sent to them, or do not read any more. */
  async close(): Promise<void> {
    const ended = [...this.#listeners].map((listener) => once(listener.end(), 'close'));
    await Promise.race([Promise.all(ended), once(AbortSignal.timeout(2000), 'abort')]);
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      response
        .writeHead(refusal.status, { 'Content-Type': 'text/plain; charset=utf-8' })
        .end(`${refusal.why}\n`);
      return;
    }
    if (request.url === `/${this.#token}/`) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(this.page());
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    this.#listeners.add(response);
    response.once('close', () => this.#listeners.delete(response));
    for (const text of this.#kept.values()) response.write(text);
  }

  #refusal({ method, url = '', headers }: IncomingMessage): { status: number; why: string } | undefined {
    const names = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
    if (!names.includes(headers.host ?? ''))
      return { status: 403, why: 'this server is not known by that name' };
    const { origin, 'sec-fetch-site': site } = headers;
    const isOwn = origin === undefined || names.some((name) => origin === `http://${name}`);
    if (!isOwn || (site !== undefined && site !== 'same-origin' && site !== 'none'))
      return { status: 403, why: 'pages of other sites may not ask here' };
    if (method !== 'GET') return { status: 405, why: 'there is nothing to change here' };
    const [, token = '', ...path] = url.split('/');
    if (!isSame(token, this.#token))
      return { status: 404, why: 'there is no such page: the address that was printed has a token in it' };
    return ['', 'events'].includes(path.join('/')) && path.length === 1
      ? undefined
      : { status: 404, why: 'there is no such page' };
  }
}

/** In a time that does not tell how much of it is right. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
