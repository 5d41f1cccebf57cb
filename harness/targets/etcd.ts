import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { EtcdBackend } from '../../src/etcd/backend.js';
import { EtcdClaims } from '../../src/etcd/claims.js';
import { Etcd } from '../../src/etcd/client.js';
import { settingsOf } from '../../src/etcd/options.js';
import { openStore } from '../../src/index.js';
import type { Cluster } from '../core/cluster.js';
import type { TargetOptions } from '../core/target.js';
import { startEtcd } from './cluster/etcd-members.js';
import { BlindEtcd, PlantedNetwork, withoutReceipts, withStaleReads } from './cluster/etcd-planted.js';

/** What a killed client has sent is passed on by the network all the same. */
export const arrivesLate = true;

/** Three members, or `members=5`, that end with the harness; with `at=10.0.0.11:2379+10.0.0.12:2379` those that are there. */
export async function cluster({ at, members = 3 }: TargetOptions = {}): Promise<Cluster | undefined> {
  return at === undefined ? startEtcd(Number(members)) : undefined;
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
export function open(file: string, { at = '', late = 0, receipts, reads, claims }: TargetOptions = {}) {
  // The harness uses one path for its probe and for each run, in a directory that it makes anew.
  const { ino, birthtimeNs } = statSync(path.dirname(file), { bigint: true });
  const prefix = createHash('sha256').update(`${file} ${ino} ${birthtimeNs}`).digest('hex').slice(0, 16);
  const endpoints = String(at)
    .split(' ')
    .map((host) => `http://${host}`);
  const isImpatient = receipts === 'off';
  const attemptMs = Number(late) > 0 ? 50 : isImpatient ? 300 : 1000;
  // They are on this machine, whatever their addresses are.
  const settings = settingsOf({ endpoints, prefix, attemptMs, insecure: true, unsealed: true });
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
