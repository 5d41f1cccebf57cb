import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { EtcdBackend } from '../../src/etcd/backend.js';
import { EtcdClaims } from '../../src/etcd/claims.js';
import { Etcd } from '../../src/etcd/client.js';
import { ConfirmedState } from '../../src/etcd/confirmed.js';
import { EtcdNote } from '../../src/etcd/note.js';
import { type EtcdSettings, settingsOf } from '../../src/etcd/options.js';
import { Registrations } from '../../src/etcd/registrations.js';
import { openStore, openTokens as openTokensAt } from '../../src/index.js';
import type { Backend } from '../../src/store/backend/backend.js';
import type { Cluster } from '../core/cluster.js';
import type { TargetOptions, TokenStore } from '../core/target.js';
import { BadNetwork, conditionsIn, reopening, standingStill } from './cluster/etcd-conditions.js';
import { startEtcd } from './cluster/etcd-members.js';
import {
  BlindEtcd,
  byTheWall,
  CountingEtcd,
  GuessingEtcd,
  ReadingEtcd,
  trustingMemory,
  watchingMemory,
  withoutCuts,
  withoutReceipts,
  withStaleReads,
} from './cluster/etcd-planted.js';
import { asTokenStore } from './token-store.js';

/** What a killed client has sent is passed on by the network all the same. */
export const arrivesLate = true;

/** A deletion waits until every process that answers from memory has heard of it: until then some of them have, and some not. */
export const regularTokens = true;

/** Three members, or `members=5`, that end with the harness; with `at=10.0.0.11:2379+10.0.0.12:2379` those that are there. */
export async function cluster({ at, members = 3 }: TargetOptions = {}): Promise<Cluster | undefined> {
  return at === undefined ? startEtcd(Number(members)) : undefined;
}

function settingsAt(file: string, options: TargetOptions, part?: 't'): EtcdSettings {
  const { at = '', receipts, attemptMs } = options;
  const { late, lost } = conditionsIn(options);
  // The harness uses one path for its probe and for each run, in a directory that it makes anew.
  const { ino, birthtimeNs } = statSync(path.dirname(file), { bigint: true });
  const prefix = createHash('sha256').update(`${file} ${ino} ${birthtimeNs}`).digest('hex').slice(0, 16);
  const endpoints = String(at)
    .split(' ')
    .map((host) => `http://${host}`);
  const isImpatient = receipts === 'off';
  const usual = late + lost > 0 ? 50 : isImpatient ? 300 : 1000;
  // They are on this machine, whatever their addresses are.
  const reach = { endpoints, insecure: true, unsealed: true };
  return settingsOf({ ...reach, prefix, attemptMs: Number(attemptMs ?? usual) }, part);
}

/**
 * The store on etcd. The path of the file stands for a prefix.
 *
 * These are bad conditions, which a right store bears:
 *
 * - `late=20`: of 100 transactions so many are held by the network for a second, and passed on then. Their clients ask again.
 * - `lost=20`: of 100 transactions so many are done, and their answers lost.
 * - `stuck=5`: of 100 refreshes so many stand still for eight seconds before the provider is asked, and the wall clock is set back.
 *
 * All others are planted bugs:
 *
 * - `receipts=off`: a commit is asked for again without them.
 * - `reads=local`: a member answers from what it has, without asking who leads.
 * - `reads=stale`: what a process has read, it finds again for a second, with what it has written itself.
 * - `heads=counted`: the head is compared by the number of its last change.
 * - `batches=uncut`: all changes that wait are one transaction.
 * - `claims=blind`: a claim is put without a comparison.
 * - `claims=guessed`: a claim that is found after an answer was lost is taken for an own one.
 * - `leases=wall`: whether a claim is over is judged by the wall clock.
 */
export function open(file: string, options: TargetOptions = {}) {
  const { receipts, reads, heads, batches, claims, leases } = options;
  const conditions = conditionsIn(options);
  const settings = settingsAt(file, options);
  return openStore({
    place: settings.place,
    open() {
      const network = new BadNetwork(conditions, reads === 'local');
      const client = heads === 'counted' ? new CountingEtcd(settings, network) : new Etcd(settings, network);
      const session = receipts === 'off' ? withoutReceipts(client) : undefined;
      const right = new EtcdBackend(client, settings, session);
      let backend: Backend = right;
      if (reads === 'stale') backend = withStaleReads(right);
      if (batches === 'uncut') backend = withoutCuts(right, client, settings);
      let claimer = client;
      if (claims === 'blind') claimer = new BlindEtcd(settings, network);
      if (claims === 'guessed') claimer = new GuessingEtcd(settings, network);
      const rightClaims = new EtcdClaims(claimer, settings);
      return {
        backend: standingStill(backend, conditions.stuck),
        claims: leases === 'wall' ? byTheWall(rightClaims) : rightClaims,
      };
    },
  });
}

/**
 * The tokens on etcd, under the same conditions of the network, and those of processes that verify:
 *
 * - `silent=3`: their network says nothing for so many seconds, again and again.
 * - `slow=50`: each of their requests takes so many milliseconds more.
 * - `reopens=2`: their tokens are closed and opened anew every so many seconds.
 *
 * Planted bugs:
 *
 * - `deletes=early`: a deletion returns at once, though other processes may still answer from what was before it.
 * - `verifies=trusting`: a process goes by what it knows until it hears of something else, however long ago that was confirmed.
 * - `verifies=watching`: it goes by what a watch has told it last, and no other process knows of it.
 * - `registers=late`: it reads first and registers then.
 * - `reads=local`: as of the store.
 */
export function openTokens(file: string, options: TargetOptions = {}): TokenStore {
  const { reads, deletes, verifies, registers } = options;
  const conditions = conditionsIn(options);
  const settings = settingsAt(file, options, 't');
  const newMemory = () => {
    const network = new BadNetwork(conditions, reads === 'local');
    const client = registers === 'late' ? new ReadingEtcd(settings, network) : new Etcd(settings, network);
    if (verifies === 'watching') return watchingMemory(client, settings);
    const memory = new ConfirmedState(client, settings, new Registrations(client, settings));
    return verifies === 'trusting' ? trustingMemory(memory) : memory;
  };
  const openOnce = () => {
    const tokens = openTokensAt({
      place: settings.place,
      open: () => {
        throw new Error('only its tokens are opened');
      },
      openTokens() {
        const network = new BadNetwork({ ...conditions, silent: 0, slow: 0 }, reads === 'local');
        const client = new Etcd(settings, network);
        const registrations = new Registrations(client, settings);
        return {
          backend: new EtcdBackend(client, settings),
          claims: new EtcdClaims(client, settings),
          memory: newMemory(),
          settle: deletes === 'early' ? async () => {} : (since) => registrations.settle(since),
          notes: new EtcdNote(client, settings, 'u'),
        };
      },
    });
    return asTokenStore(tokens, async (token) => (await tokens.check(token))?.name);
  };
  return reopening(openOnce, conditions.reopens);
}
