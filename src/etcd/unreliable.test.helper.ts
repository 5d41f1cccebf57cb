import type { Engine } from '../store/backend/backend.js';
import { EtcdBackend } from './backend.js';
import { EtcdClaims } from './claims.js';
import { Etcd } from './client.js';
import { type Answer, Connections } from './member.js';
import { settingsOf } from './options.js';
import { Session } from './session.js';

/**
 * What a network does to a request: passes it on; loses the answer; or holds it, which for the client is the same, and passes it on
 * when it is released.
 */
export type Fate = 'pass' | 'lose' | Promise<void>;

/** Connections on which each transaction has the next fate, and `pass` when there are no more. */
export class Unreliable extends Connections {
  readonly fates: Fate[] = [];
  /** The requests that were held, when they have arrived after all. */
  readonly late: Promise<unknown>[] = [];
  /** How many requests were done, and their answers lost. */
  lost = 0;

  override async post(...args: Parameters<Connections['post']>): Promise<Answer> {
    const [url, body, options] = args;
    const fate = url.pathname === '/v3/kv/txn' ? (this.fates.shift() ?? 'pass') : 'pass';
    if (fate === 'pass') return super.post(...args);
    // What is under way arrives, however short the time was that the client had left.
    const pass = () => super.post(url, body, { ...options, timeoutMs: 60_000 });
    const real = fate === 'lose' ? pass() : fate.then(pass);
    if (fate !== 'lose') this.late.push(real);
    else {
      await real;
      this.lost++;
    }
    // The client waits as long as for a member that says nothing.
    await new Promise((resolve) => setTimeout(resolve, options.timeoutMs));
    throw new Error('no answer in time');
  }
}

/** An engine on such a network. @param graceMs how long a commit is looked after when its caller's time is over */
export function unreliable(
  endpoints: readonly string[],
  prefix: string,
  graceMs: number,
): { engine: Engine; network: Unreliable } {
  const settings = settingsOf({ endpoints, prefix, attemptMs: 100 });
  const network = new Unreliable({});
  const engine = {
    place: settings.place,
    open() {
      const client = new Etcd(settings, network);
      const session = new Session(client, prefix, settings.place, graceMs);
      return {
        backend: new EtcdBackend(client, settings, session),
        claims: new EtcdClaims(client, settings),
      };
    },
  };
  return { engine, network };
}
