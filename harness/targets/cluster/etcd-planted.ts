import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdBackend } from '../../../src/etcd/backend.js';
import { Etcd, type Told } from '../../../src/etcd/client.js';
import { followHead } from '../../../src/etcd/follow.js';
import type { Connections } from '../../../src/etcd/member.js';
import type { EtcdSettings } from '../../../src/etcd/options.js';
import { Session } from '../../../src/etcd/session.js';
import { Layout } from '../../../src/etcd/state.js';
import {
  type Compare,
  decode,
  encode,
  found,
  type KeyValue,
  type Operation,
  put,
  remove,
  type Txn,
  unchanged,
} from '../../../src/etcd/wire.js';
import type { Backend } from '../../../src/store/backend/backend.js';
import type { Claims } from '../../../src/store/backend/claims.js';
import type { ConfirmedMemory } from '../../../src/store/backend/revocable.js';
import { applyChange } from '../../../src/store/document/change.js';
import type { Document } from '../../../src/store/document/document.js';
import { wallClock } from '../../../src/wall-clock.js';

/** Compares nothing. */
export class BlindEtcd extends Etcd {
  override txn(...[, ...others]: Parameters<Etcd['txn']>): Promise<Told<Txn>> {
    return super.txn([], ...others);
  }
}

/** Takes what it finds after an answer was lost for what it has done itself. */
export class GuessingEtcd extends Etcd {
  override async txn(...call: Parameters<Etcd['txn']>): Promise<Told<Txn>> {
    const { answer, isLate } = await super.txn(...call);
    return { answer: isLate ? { ...answer, succeeded: true } : answer, isLate };
  }
}

/** Compares the head by the number of its last change, which repeats where the members begin anew with what they had earlier. */
export class CountingEtcd extends Etcd {
  readonly #head: string;
  #number: string | undefined;

  constructor(settings: EtcdSettings, connections?: Connections) {
    super(settings, connections);
    this.#head = encode(`${settings.prefix}/h`);
  }

  override async txn(...[compare, ...others]: Parameters<Etcd['txn']>): Promise<Told<Txn>> {
    const byNumber = (one: Compare) =>
      one.key === this.#head && this.#number !== undefined ? unchanged(decode(one.key), this.#number) : one;
    const told = await super.txn(compare.map(byNumber), ...others);
    const [head] = found(told.answer, 0);
    if (head?.key === this.#head) this.#number = head.mod_revision;
    return told;
  }
}

/** As long as a member is waited for that says nothing. */
const registeringMs = 1000;

/** Reads first and registers then, as one that knows that state. Between the two some time passes. */
export class ReadingEtcd extends Etcd {
  #registration: string | undefined;

  override async txn(...call: Parameters<Etcd['txn']>): Promise<Told<Txn>> {
    const [compare, success, failure, deadline, isBackground] = call;
    const [first] = success;
    const { key } = (first?.request_put ?? {}) as Partial<KeyValue>;
    if (key !== undefined && compare[0]?.target === 'VERSION' && failure.length === 0) {
      this.#registration = decode(key);
      return { answer: { header: { revision: '0' }, succeeded: true }, isLate: false };
    }
    const own = this.#registration;
    // A read of the state has the head, the entries and the registration.
    if (own === undefined || success.length + failure.length !== 3) return super.txn(...call);
    this.#registration = undefined;
    const told = await super.txn(...call);
    await sleep(registeringMs);
    const value = found(told.answer, 0)[0]?.mod_revision ?? '0';
    const { answer } = await super.txn([], [put(own, value)], [], deadline, isBackground);
    const { header } = answer;
    const kvs = [
      { key: encode(own), value: encode(value), create_revision: '0', mod_revision: header.revision },
    ];
    const responses = [...(told.answer.responses ?? []).slice(0, 2), { response_range: { header, kvs } }];
    return { answer: { ...told.answer, responses }, isLate: told.isLate };
  }
}

/** Asks until there is an answer, and takes that for the outcome of all it has sent. */
export function withoutReceipts(client: Etcd): Pick<Session, 'commit' | 'end'> {
  let number = 0;
  return {
    async commit(compare, operations, deadline) {
      const { answer } = await client.txn(compare, operations(`${process.pid}.${++number}`), [], deadline);
      return answer.succeeded ? 'done' : 'conflict';
    },
    end: async () => {},
  };
}

export function withStaleReads(backend: EtcdBackend): Backend {
  let last: { until: number; document: ReadonlyMap<string, string> } | undefined;
  return {
    beginsLate: true,
    read: async (deadline: number) => {
      if (!last || last.until < performance.now())
        last = { until: performance.now() + 1000, document: await backend.read(deadline) };
      return last.document;
    },
    transact: async (...change: Parameters<EtcdBackend['transact']>) => {
      await backend.transact(...change);
      if (last) last.document = applyChange(last.document, change[0]);
    },
    rewrite: backend.rewrite.bind(backend),
    watch: backend.watch.bind(backend),
    close: backend.close.bind(backend),
  };
}

/** Sends all changes that are data in one transaction, however many they are. */
export function withoutCuts(backend: EtcdBackend, client: Etcd, settings: EtcdSettings): Backend {
  const { prefix, place } = settings;
  const session = new Session(client, prefix, place);
  const { head } = new Layout(client, settings);
  return {
    beginsLate: true,
    read: backend.read.bind(backend),
    transact: async (change, deadline) => {
      if (typeof change === 'function') return backend.transact(change, deadline);
      const edits = new Map(change.map(({ key, raw }) => [`${prefix}/e/${encodeURIComponent(key)}`, raw]));
      const all = [...edits].map(
        ([name, raw]): Operation => (raw === undefined ? remove(name) : put(name, raw)),
      );
      while ((await session.commit([], (unique) => [put(head, unique), ...all], deadline)) !== 'done');
    },
    rewrite: backend.rewrite.bind(backend),
    watch: backend.watch.bind(backend),
    close: async () => {
      await session.end();
      await backend.close();
    },
  };
}

/** As long as etcd keeps a claim that is not kept alive. */
const leaseMs = 5000;

/** Judges by the wall clock alone whether a claim may be another process's by now. */
export function byTheWall(claims: Claims): Claims {
  return {
    latest: claims.latest.bind(claims),
    acquire: async (...call) => {
      const at = wallClock();
      const claim = await claims.acquire(...call);
      return claim && { ...claim, isLost: () => wallClock() > at + leaseMs };
    },
    remove: claims.remove.bind(claims),
    sweep: claims.sweep.bind(claims),
  };
}

/** What was confirmed once is believed until something else is. */
export function trustingMemory(memory: ConfirmedMemory): ConfirmedMemory {
  let last: Document | undefined;
  return {
    current: () => {
      last = memory.current() ?? last;
      return last;
    },
    confirm: (deadline) => memory.confirm(deadline),
    close: () => memory.close(),
  };
}

/** Hears of changes by a watch alone: no other process knows of it. */
export function watchingMemory(client: Etcd, settings: EtcdSettings): ConfirmedMemory {
  let last: Document | undefined;
  let end: (() => void) | undefined;
  const begin = () => {
    end ??= followHead(client, new Layout(client, settings), (document) => {
      last = document;
    });
  };
  return {
    current: () => {
      begin();
      return last;
    },
    confirm: async (deadline) => {
      begin();
      while (!last && performance.now() < deadline) await sleep(10);
    },
    close: async () => end?.(),
  };
}
