import { randomInt } from 'node:crypto';
import { errnoOf } from '../errors/store-error.js';
import { pauseBeforeRetry } from '../store/backend/pause.js';
import { isLoginError, Refused, Unanswered } from './failures.js';
import { type Answer, Connections, NotSent } from './member.js';
import type { EtcdSettings, EtcdUser } from './options.js';
import type { Compare, Operation, Txn } from './wire.js';

/** How a call went. */
export interface Told<T> {
  answer: T;
  /** An earlier try of it was not answered: it may have had its effect, or may have it later still. */
  isLate: boolean;
}

/** These say that etcd has understood the request and does not do it. All others may mean anything. */
const refusals = new Set([3, 5, 7, 8, 9, 11, 12, 16]);

/**
 * etcd v3 by its HTTP/JSON gateway. Asks the members in turns until one answers. So a request may be done more than once, and
 * long after its caller has left: what changes something must compare something that it changes.
 */
export class Etcd {
  readonly #settings: EtcdSettings;
  readonly #connections: Connections;
  /** The member that answered last. */
  #at: number;
  #token: Promise<string> | undefined;
  #trouble: string | undefined;

  constructor(settings: EtcdSettings, connections = new Connections(settings.tls)) {
    this.#settings = settings;
    this.#connections = connections;
    this.#at = randomInt(settings.endpoints.length);
  }

  /** Why no member has answered last. */
  get trouble(): string {
    return this.#trouble ?? 'no majority of its members has answered in time';
  }

  async txn(
    compare: readonly Compare[],
    success: readonly Operation[],
    failure: readonly Operation[],
    deadline: number,
    isBackground = false,
  ): Promise<Told<Txn>> {
    return this.call<Txn>('/v3/kv/txn', { compare, success, failure }, deadline, isBackground);
  }

  /**
   * @param isBackground keeps no process alive
   * @throws Refused where a member has refused; Unanswered where none has answered until the deadline
   */
  async call<T>(path: string, body: object, deadline: number, isBackground = false): Promise<Told<T>> {
    let isLate = false;
    let logins = 0;
    for (let tries = 0; ; tries++) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Unanswered(this.trouble, isLate);
      const at = this.#at;
      // Longer in each round of all members: else what takes longer than one try would never be done.
      const round = Math.floor(tries / this.#settings.endpoints.length);
      const attemptMs = this.#settings.attemptMs * 2 ** Math.min(round, 10);
      let login: Promise<string> | undefined;
      const [begun, host] = [performance.now(), this.#settings.endpoints[at]?.host ?? ''];
      try {
        const headers = await this.#headers(deadline, isBackground);
        login = this.#token;
        // The login has taken some of the time.
        const timeoutMs = Math.max(1, Math.min(deadline - performance.now(), attemptMs));
        const answer = await this.#connections.post(this.#url(at, path), body, {
          headers,
          timeoutMs,
          isBackground,
        });
        const said = read<T>(answer);
        this.#trouble = undefined;
        // Another call may have found out meanwhile that this member answers no more.
        if (at === this.#at) this.#settings.availability.answered(host);
        return { answer: said, isLate };
      } catch (error) {
        if (error instanceof Refused) {
          // A login ends by itself, and at each restart of a cluster. One new one is tried.
          if (isLoginError(error) && this.#settings.user && logins++ === 0) {
            // Another call may have a new one already.
            if (this.#token === login) this.#token = undefined;
            continue;
          }
          throw isLate ? new Refused(error.code, error.message, true) : error;
        }
        if (error instanceof Unanswered) throw new Unanswered(error.message, isLate);
        isLate ||= !(error instanceof NotSent);
        const reason = `${host}: ${error instanceof Error ? error.message : 'no answer'}`;
        const isCut = leftMs < attemptMs;
        // A try that the deadline has cut short says less than the one before it.
        if (!isCut || tries === 0) this.#trouble = reason;
        this.#settings.availability.failed(host, { reason, begun, isCut });
        this.#turnFrom(at);
        await pauseBeforeRetry(round, deadline, isBackground);
      }
    }
  }

  /** Follows an answer that goes on. @param member a number: members take turns */
  async follow(
    path: string,
    body: object,
    member: number,
    on: { text: (text: string) => void; end: () => void },
  ): Promise<() => void> {
    const headers = await this.#headers(performance.now() + this.#settings.attemptMs, true);
    const url = this.#url(member % this.#settings.endpoints.length, path);
    return this.#connections.follow(url, body, { headers }, on);
  }

  close(): void {
    this.#connections.close();
  }

  #turnFrom(at: number): void {
    if (this.#at === at) this.#at = (at + 1) % this.#settings.endpoints.length;
  }

  #url(at: number, path: string): URL {
    return new URL(path, this.#settings.endpoints[at]);
  }

  async #headers(deadline: number, isBackground: boolean): Promise<Record<string, string>> {
    if (!this.#settings.user) return {};
    this.#token ??= this.#login(this.#settings.user, deadline, isBackground);
    const token = this.#token;
    try {
      return { authorization: await token };
    } catch (error) {
      if (this.#token === token) this.#token = undefined;
      throw error;
    }
  }

  /** One try at the member that is asked: the call that needs it tries again. */
  async #login({ name, password }: EtcdUser, deadline: number, isBackground: boolean): Promise<string> {
    const timeoutMs = Math.max(1, Math.min(deadline - performance.now(), this.#settings.attemptMs));
    const url = this.#url(this.#at, '/v3/auth/authenticate');
    const secret = typeof password === 'function' ? await passwordOf(password, timeoutMs) : password;
    const body = { name, password: secret };
    try {
      const answer = await this.#connections.post(url, body, { headers: {}, timeoutMs, isBackground });
      return read<{ token: string }>(answer).token;
    } catch (error) {
      // A login changes nothing, so that it may have arrived makes nothing late.
      throw error instanceof Refused
        ? error
        : new NotSent(error instanceof Error ? error.message : 'no answer');
    }
  }
}

/** The function is the caller's own, so its error may quote anything: only a code of the system is repeated. */
async function passwordOf(ask: () => string | Promise<string>, timeoutMs: number): Promise<string> {
  const who = 'the function that gives the password of its user';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotSent(`${who} has not answered in time`)), timeoutMs);
  });
  const asked = Promise.resolve()
    .then(ask)
    .catch((error) => {
      throw new NotSent(`${who} has failed (${errnoOf(error) ?? 'by an error of its own'})`);
    });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Messages of etcd name what it refuses, and never a value. Of any other text nothing is repeated. */
const ownWords = /^(etcdserver|auth|lease|raft|context|rpc error)[\w ,:'"()=./-]{0,200}$/;

function read<T>({ status, text }: Answer): T {
  let answer: { header?: object; result?: object; code?: number; message?: string; error?: string };
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`its answer is not JSON (HTTP ${status}): is it etcd?`);
  }
  if (status === 200) {
    // All that etcd says begins with its header, or has it in each part.
    if (answer?.header || answer?.result) return answer as T;
    throw new Error('its answer is not one of etcd');
  }
  const { code = 2, message = '' } = answer ?? {};
  const words = ownWords.test(message) ? message : `code ${Number(code)}`;
  // It has refused to take the request at all, for now.
  if (words.includes('too many requests')) throw new NotSent(words);
  throw refusals.has(code) ? new Refused(code, words) : new Error(words);
}
