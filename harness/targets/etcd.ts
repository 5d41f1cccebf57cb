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
import type { Cluster } from '../core/cluster.js';
import type { TargetOptions, TokenStore } from '../core/target.js';
import { startEtcd } from './cluster/etcd-members.js';
import {
  BlindEtcd,
  PlantedNetwork,
  trustingMemory,
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

function settingsAt(
  file: string,
  { at = '', late = 0, receipts, attemptMs }: TargetOptions,
  part?: 't',
): EtcdSettings {
  // The harness uses one path for its probe and for each run, in a directory that it makes anew.
  const { ino, birthtimeNs } = statSync(path.dirname(file), { bigint: true });
  const prefix = createHash('sha256').update(`${file} ${ino} ${birthtimeNs}`).digest('hex').slice(0, 16);
  const endpoints = String(at)
    .split(' ')
    .map((host) => `http://${host}`);
  const isImpatient = receipts === 'off';
  const usual = Number(late) > 0 ? 50 : isImpatient ? 300 : 1000;
  // They are on this machine, whatever their addresses are.
  const reach = { endpoints, insecure: true, unsealed: true };
  return settingsOf({ ...reach, prefix, attemptMs: Number(attemptMs ?? usual) }, part);
}

/**
 * The store on etcd. The path of the file stands for a prefix.
 *
 * `late=20`: of 100 transactions so many are held by the network for a second, and passed on then. Their clients ask again. All
 * others are planted bugs:
 *
 * - `receipts=off`: a commit is asked for again without them.
 * - `reads=local`: a member answers from what it has, without asking who leads.
 * - `reads=stale`: what a process has read, it finds again for a second, with what it has written itself.
 * - `claims=blind`: a claim is put without a comparison.
 */
export function open(file: string, options: TargetOptions = {}) {
  const { late = 0, receipts, reads, claims } = options;
  const settings = settingsAt(file, options);
  return openStore({
    place: settings.place,
    open() {
      const network = new PlantedNetwork(Number(late), reads === 'local');
      const client = new Etcd(settings, network);
      const session = receipts === 'off' ? withoutReceipts(client) : undefined;
      const backend = new EtcdBackend(client, settings, session);
      const claimer = claims === 'blind' ? new BlindEtcd(settings, network) : client;
      return {
        backend: reads === 'stale' ? withStaleReads(backend) : backend,
        claims: new EtcdClaims(claimer, settings),
      };
    },
  });
}

/**
 * The tokens on etcd. Planted bugs:
 *
 * - `deletes=early`: a deletion returns at once, though other processes may still answer from what was before it.
 * - `verifies=trusting`: a process goes by what it knows until it hears of something else, however long ago that was confirmed. It shows
 *   where a process hangs on a silent member for longer than a deletion waits, so rather with `attemptMs=5000`.
 * - `reads=local`: as of the store.
 */
export function openTokens(file: string, options: TargetOptions = {}): TokenStore {
  const { late = 0, reads, deletes, verifies } = options;
  const settings = settingsAt(file, options, 't');
  const tokens = openTokensAt({
    place: settings.place,
    open: () => {
      throw new Error('only its tokens are opened');
    },
    openTokens() {
      const client = new Etcd(settings, new PlantedNetwork(Number(late), reads === 'local'));
      const registrations = new Registrations(client, settings);
      const memory = new ConfirmedState(client, settings, registrations);
      return {
        backend: new EtcdBackend(client, settings),
        claims: new EtcdClaims(client, settings),
        memory: verifies === 'trusting' ? trustingMemory(memory) : memory,
        settle: deletes === 'early' ? async () => {} : (since) => registrations.settle(since),
        notes: new EtcdNote(client, settings, 'u'),
      };
    },
  });
  return asTokenStore(tokens, async (token) => (await tokens.check(token))?.name);
}
