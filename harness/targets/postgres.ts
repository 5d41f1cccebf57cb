import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { openStore, openTokens as openTokensAt } from '../../src/index.js';
import { PostgresBackend } from '../../src/postgres/backend.js';
import { PostgresClaims } from '../../src/postgres/claims.js';
import { Line } from '../../src/postgres/line.js';
import { type PostgresSettings, settingsOf } from '../../src/postgres/options.js';
import { openTokensOn } from '../../src/postgres/tokens.js';
import type { Cluster } from '../core/cluster.js';
import type { TargetOptions, TokenStore } from '../core/target.js';
import { FarLine, LateLine } from './cluster/postgres-planted.js';
import { startPostgres } from './cluster/postgres-server.js';
import { asTokenStore } from './token-store.js';

/** What a killed client has sent is done by the server all the same. */
export const arrivesLate = true;

/** A deletion waits until every process that answers from memory has heard of it: until then some of them have, and some not. */
export const regularTokens = true;

/** One server, that ends with the harness; with `at=10.0.0.5:5432` one that is there. */
export async function cluster({ at }: TargetOptions = {}): Promise<Cluster | undefined> {
  return at === undefined ? startPostgres() : undefined;
}

function settingsAt(file: string, { at = '' }: TargetOptions, part?: 't'): PostgresSettings {
  // The harness uses one path for its probe and for each run, in a directory that it makes anew.
  const { ino, birthtimeNs } = statSync(path.dirname(file), { bigint: true });
  const prefix = createHash('sha256').update(`${file} ${ino} ${birthtimeNs}`).digest('hex').slice(0, 16);
  const reach = { hosts: String(at).split(' '), database: 'postgres', user: { name: 'holdfast' } };
  return settingsOf({ ...reach, prefix }, part);
}

/**
 * The store on PostgreSQL. The path of the file stands for a prefix.
 *
 * `late=20`: of 100 commits so many arrive a second later, too. The other is a planted bug: with `receipts=off` a commit is
 * asked for again without them.
 */
export function open(file: string, options: TargetOptions = {}) {
  const { late = 0, receipts } = options;
  const settings = settingsAt(file, options);
  return openStore({
    place: settings.place,
    open() {
      const isPlain = Number(late) === 0 && receipts !== 'off';
      const line = isPlain ? new Line(settings) : new LateLine(settings, Number(late), receipts !== 'off');
      return { backend: new PostgresBackend(settings, line), claims: new PostgresClaims(settings) };
    },
  });
}

/**
 * The tokens on PostgreSQL. With `lag=200` each answer to a verifier is under way for so many milliseconds. A planted bug: with
 * `deletes=early` a deletion returns at once, though other processes may still answer from what was before it.
 */
export function openTokens(file: string, options: TargetOptions = {}): TokenStore {
  const settings = settingsAt(file, options, 't');
  const tokens = openTokensAt({
    place: settings.place,
    open: () => {
      throw new Error('only its tokens are opened');
    },
    openTokens() {
      const { lag = 0 } = options;
      const opened = openTokensOn(settings, Number(lag) > 0 ? new FarLine(settings, Number(lag)) : undefined);
      return options.deletes === 'early' ? { ...opened, settle: async () => {} } : opened;
    },
  });
  return asTokenStore(tokens, async (token) => (await tokens.check(token))?.name);
}
