import http from 'node:http';
import https from 'node:https';
import type { TlsOptions } from './options.js';

/** Much more than all credentials that there are. Beyond it, an answer is none. */
const answerBytesMax = 256 * 1024 * 1024;

/** An answer of one member, whatever it says. */
export interface Answer {
  status: number;
  text: string;
}

/** A request that has failed before anything of it was sent had no effect. */
export class NotSent extends Error {}

/** The connections of this process to all members: requests, and what follows them. */
export class Connections {
  readonly #tls: TlsOptions;
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure: https.Agent;

  constructor(tls: TlsOptions) {
    this.#tls = tls;
    this.#secure = new https.Agent({ keepAlive: true, ...tls });
  }

  /** Sends a request, and reads the whole answer. @param isBackground keeps no process alive */
  async post(url: URL, body: object, options: Sending & { timeoutMs: number }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        clearTimeout(timer);
        reject(isSent() ? error : new NotSent(error.message, { cause: error }));
      };
      const { request, isSent } = this.#send(url, body, options, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > answerBytesMax) request.destroy(new Error('its answer has no end'));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
        });
      });
      const timer = setTimeout(() => request.destroy(new Error('no answer in time')), options.timeoutMs);
      if (options.isBackground) timer.unref();
      request.on('error', fail);
    });
  }

  /** Sends a request whose answer goes on and on. @returns a function that ends it */
  follow(
    url: URL,
    body: object,
    options: Sending,
    on: { text: (text: string) => void; end: () => void },
  ): () => void {
    const { request } = this.#send(url, body, { ...options, isBackground: true, isOwn: true }, (response) => {
      response.setEncoding('utf8');
      response.on('data', on.text);
      response.on('error', on.end);
      response.on('close', on.end);
    });
    request.on('error', on.end);
    return () => request.destroy();
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #send(
    url: URL,
    body: object,
    { headers, isBackground, isOwn }: Sending & { isOwn?: boolean },
    onResponse: (response: http.IncomingMessage) => void,
  ): { request: http.ClientRequest; isSent: () => boolean } {
    const isSecure = url.protocol === 'https:';
    const text = JSON.stringify(body);
    const options: https.RequestOptions = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
    };
    if (isOwn) options.agent = false;
    else options.agent = isSecure ? this.#secure : this.#plain;
    if (isOwn && isSecure) Object.assign(options, this.#tls);
    const request = isSecure
      ? https.request(url, options, onResponse)
      : http.request(url, options, onResponse);
    let isConnected = false;
    request.on('socket', (socket) => {
      if (isBackground) socket.unref();
      isConnected = !socket.connecting;
      if (isConnected) return;
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        isConnected = true;
      });
    });
    request.end(text);
    // Before the connection stands, nothing was sent.
    return { request, isSent: () => isConnected };
  }
}

interface Sending {
  headers: Readonly<Record<string, string>>;
  isBackground?: boolean;
}
