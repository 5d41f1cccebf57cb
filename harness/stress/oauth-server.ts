import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RangeMs } from '../core/scenario.js';
import type { RefreshPhase } from '../faults/context.js';
import type { TokenEvent, ValueId } from '../history/events.js';
import type { Random } from '../workload/random.js';

/** How long an answer takes: long enough for all others to find the credential expired, too. */
const latencyMs: RangeMs = [5, 25];

export interface OauthOptions {
  /** How long an access token is good. */
  lifeMs: number;
  random: Random;
  /** Nanoseconds on the run's clock. */
  now(): number;
  record(event: TokenEvent): void;
  isKilled(pid: number): boolean;
  onRefreshing(pid: number, phase: RefreshPhase): void;
}

/**
 * A server on loopback that issues credentials and takes each refresh token once. It makes one exception, as real ones
 * do: if the process that used it was killed, perhaps before it could store what it got, the token is good for one more use.
 */
export class OauthServer {
  /** By value, when its access token expires, in nanoseconds on the run's clock. What was there before the run has. */
  private readonly expiries = new Map<ValueId, number>();
  /** By value, the process that got a new one for it. */
  private readonly usedBy = new Map<ValueId, number>();
  private readonly server: Server;

  private constructor(private readonly options: OauthOptions) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(options: OauthOptions): Promise<OauthServer> {
    const oauth = new OauthServer(options);
    oauth.server.listen(0, '127.0.0.1');
    await once(oauth.server, 'listening');
    return oauth;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/token`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { now, random, isKilled, onRefreshing, record, lifeMs } = this.options;
    const time = now();
    const { op, pid, key, token } = await readRequest(request);
    onRefreshing(pid, 'asked');
    await sleep(random.int(...latencyMs));
    // A client that has hung up gets nothing, and has used nothing.
    if (isKilled(pid)) return;

    const user = this.usedBy.get(token);
    const granted = user === undefined || isKilled(user);
    const until = now();
    const expires = this.expiries.get(token) ?? 0;
    record({ type: 'token', time, until, op, process: pid, key, token, expires, granted });
    if (granted) {
      this.usedBy.set(token, pid);
      this.expiries.set(op, until + lifeMs * 1e6);
    }
    response.writeHead(granted ? 200 : 400, { 'content-type': 'application/json' });
    const answer = granted ? { expires: until / 1e6 + lifeMs } : { error: 'invalid_grant' };
    response.end(JSON.stringify(answer), () => onRefreshing(pid, 'answered'));
  }
}

async function readRequest(request: IncomingMessage) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const header = (name: string) => String(request.headers[name]);
  const [, token = ''] = new URLSearchParams(body).get('refresh_token')?.split(' ') ?? [];
  return { op: header('x-operation'), pid: Number(header('x-process')), key: header('x-key'), token };
}
