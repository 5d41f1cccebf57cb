import { randomInt } from 'node:crypto';
import type { EtcdBackend } from '../../../src/etcd/backend.js';
import { Etcd, type Told } from '../../../src/etcd/client.js';
import { type Answer, Connections } from '../../../src/etcd/member.js';
import type { Session } from '../../../src/etcd/session.js';
import type { Operation, Txn } from '../../../src/etcd/wire.js';
import type { ConfirmedMemory } from '../../../src/store/backend/revocable.js';
import { applyChange } from '../../../src/store/document/change.js';
import type { Document } from '../../../src/store/document/document.js';

/** A network that holds some transactions, and one whose members answer reads from what they have. */
export class PlantedNetwork extends Connections {
  constructor(
    private readonly latePercent: number,
    private readonly isLocal: boolean,
  ) {
    super({});
  }

  override async post(...[url, sent, options]: Parameters<Connections['post']>): Promise<Answer> {
    const isCommit = url.pathname === '/v3/kv/txn';
    const body = isCommit && this.isLocal ? serializable(sent as Sent) : sent;
    if (!isCommit || randomInt(100) >= this.latePercent) return super.post(url, body, options);
    setTimeout(() => super.post(url, body, { ...options, timeoutMs: 60_000 }).catch(() => {}), 1000);
    await new Promise((resolve) => setTimeout(resolve, options.timeoutMs));
    throw new Error('no answer in time');
  }
}

interface Sent {
  success: readonly Operation[];
  failure: readonly Operation[];
}

/** A transaction that writes nothing, as one that any member may answer. */
function serializable(body: Sent): object {
  const { success, failure } = body;
  if ([...success, ...failure].some((operation) => operation.request_range === undefined)) return body;
  const local = ({ request_range: range }: Operation) => ({
    request_range: { ...range, serializable: true },
  });
  return { ...body, success: success.map(local), failure: failure.map(local) };
}

/** Compares nothing. */
export class BlindEtcd extends Etcd {
  override txn(...[, ...others]: Parameters<Etcd['txn']>): Promise<Told<Txn>> {
    return super.txn([], ...others);
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

export function withStaleReads(backend: EtcdBackend) {
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
