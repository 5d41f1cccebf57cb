import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { openStore } from '../../src/index.js';
import { PostgresBackend } from '../../src/postgres/backend.js';
import { PostgresClaims } from '../../src/postgres/claims.js';
import { Line } from '../../src/postgres/line.js';
import { settingsOf } from '../../src/postgres/options.js';
import type { Cluster } from '../core/cluster.js';
import type { TargetOptions } from '../core/target.js';
import { LateLine } from './cluster/postgres-planted.js';
import { startPostgres } from './cluster/postgres-server.js';

/** What a killed client has sent is done by the server all the same. */
export const arrivesLate = true;

/** One server, that ends with the harness; with `at=10.0.0.5:5432` one that is there. */
export async function cluster({ at }: TargetOptions = {}): Promise<Cluster | undefined> {
  return at === undefined ? startPostgres() : undefined;
}

/**
 * The store on PostgreSQL. The path of the file stands for a prefix.
 *
 * `late=20`: of 100 commits so many arrive a second later, too. The other is a planted bug: with `receipts=off` a commit is
 * asked for again without them.
 */
export function open(file: string, { at = '', late = 0, receipts }: TargetOptions = {}) {
  // The harness uses one path for its probe and for each run, in a directory that it makes anew.
  const { ino, birthtimeNs } = statSync(path.dirname(file), { bigint: true });
  const prefix = createHash('sha256').update(`${file} ${ino} ${birthtimeNs}`).digest('hex').slice(0, 16);
  const settings = settingsOf({
    hosts: String(at).split(' '),
    database: 'postgres',
    prefix,
    user: { name: 'holdfast' },
  });
  return openStore({
    place: settings.place,
    open() {
      const isPlain = Number(late) === 0 && receipts !== 'off';
      const line = isPlain ? new Line(settings) : new LateLine(settings, Number(late), receipts !== 'off');
      return { backend: new PostgresBackend(settings, line), claims: new PostgresClaims(settings) };
    },
  });
}
