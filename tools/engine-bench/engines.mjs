// What the store does on a file, on etcd, on etcd with sealed values, and on PostgreSQL, beside each other: all take turns in each round,
// as the load of a machine changes. It starts three members of etcd and a server of PostgreSQL itself, from Debian's packages, all on this
// machine and its one disk. Needs the built modules (npm run build):
//
//   node tools/engine-bench/engines.mjs [rounds] [milliseconds a measurement]
//
// Prints one row for each kind of call: medians over the rounds, and how often etcd does what the file does once (median and range).
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { etcd } from '../../build/src/etcd/index.js';
import { openStore } from '../../build/src/index.js';
import { postgres } from '../../build/src/postgres/index.js';

const value = { type: 'api', key: 'made up '.repeat(5) };

/** What a process does again and again. @returns a function that does it once, for the n-th caller in it */
const kinds = {
  set: (store, own) => (n) => store.set(`${own}-${n}`, value),
  update: (store) => () => store.update('counter', (old) => Number(old ?? 0) + 1),
  get: (store, own) => () => store.get(`${own}-0`),
};

const rows = [
  { name: 'set, one after another', kind: 'set', processes: 1, callers: 1 },
  { name: 'set, 64 callers', kind: 'set', processes: 1, callers: 64 },
  { name: 'set, 4 processes', kind: 'set', processes: 4, callers: 1 },
  { name: 'update of one entry, 4 processes', kind: 'update', processes: 4, callers: 1 },
  { name: 'update of own entries, 4 processes', kind: 'own', processes: 4, callers: 1 },
  { name: 'get, one after another', kind: 'get', processes: 1, callers: 1 },
  { name: 'get, 64 callers', kind: 'get', processes: 1, callers: 64 },
  { name: "set to another process's watch", kind: 'watch', processes: 2, callers: 1 },
];
kinds.own = (store, own) => () => store.update(own, (old) => Number(old ?? 0) + 1);

function open({ file, etcd: ofEtcd, postgres: ofPostgres }) {
  if (file !== undefined) return openStore(file);
  if (ofPostgres) return openStore(postgres(ofPostgres));
  const keys = ofEtcd.keys?.map(({ id, secret }) => ({ id, secret: Buffer.from(secret, 'hex') }));
  return openStore(etcd({ ...ofEtcd, ...(keys ? { keys } : { unsealed: true }) }));
}

/** A process: makes its store ready, waits for all others, works for a while, and answers with how long each call took. */
async function work({ place, kind, callers, forMs, own, isWatcher }) {
  const store = open(place);
  if (kind === 'watch') {
    if (isWatcher) store.watch(() => process.send({ seen: performance.timeOrigin + performance.now() }));
    await store.set(`ready ${own}`, own);
  } else await kinds[kind](store, own)(0);
  process.send({ ready: true });
  await once(process, 'message');
  const took = [];
  const end = performance.now() + forMs;
  if (kind === 'watch' && !isWatcher) {
    for (let n = 0; performance.now() < end; n++) {
      process.send({ sent: performance.timeOrigin + performance.now() });
      const seen = once(process, 'message');
      await store.set('news', n);
      await seen;
    }
  } else if (kind !== 'watch') {
    const call = kinds[kind](store, own);
    const lane = async (_, n) => {
      while (performance.now() < end) {
        const begin = performance.now();
        await call(n);
        took.push(performance.now() - begin);
      }
    };
    await Promise.all(Array.from({ length: callers }, lane));
  }
  await new Promise((resolve) => process.send({ count: took.length, p50: medianOf(took) }, resolve));
  if (isWatcher) await once(process, 'message');
  await store.close();
  process.disconnect();
}

const self = fileURLToPath(import.meta.url);
const medianOf = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

async function measure(row, place, forMs) {
  const children = Array.from({ length: row.processes }, (_, n) => {
    const isWatcher = row.kind === 'watch' && n === 1;
    return fork(self, ['work', JSON.stringify({ ...row, place, forMs, own: `p${n}`, isWatcher })]);
  });
  const [ended, news] = [[], []];
  let sent;
  await Promise.all(
    children.map(async (child) => {
      for (;;) {
        const [message] = await once(child, 'message');
        if (message.ready) break;
      }
    }),
  );
  const ends = children.map((child, n) => {
    const isWatcher = row.kind === 'watch' && n === 1;
    return new Promise((resolve, reject) => {
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a process ended with ${code}`)),
      );
      child.on('message', (message) => {
        if (message.sent) sent = message.sent;
        if (message.seen && sent !== undefined) {
          news.push(message.seen - sent);
          sent = undefined;
          children[0].send('seen');
        }
        if (message.count !== undefined) {
          ended.push(message);
          if (row.kind === 'watch' && n === 0) children[1].send('over');
          if (isWatcher) return;
        }
      });
    });
  });
  for (const child of children) child.send('go');
  await Promise.all(ends);
  if (row.kind === 'watch') return { p50: medianOf(news) };
  const count = ended.reduce((sum, one) => sum + one.count, 0);
  return { perSecond: (count * 1000) / forMs, p50: medianOf(ended.map((one) => one.p50)) };
}

async function main(rounds, forMs) {
  const { startEtcd } = await import('../../build/harness/targets/cluster/etcd-members.js');
  const { startPostgres } = await import('../../build/harness/targets/cluster/postgres-server.js');
  const [members, server] = [await startEtcd(3), await startPostgres()];
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-engines-'));
  const hosts = (cluster) => String(cluster.options.at).split(/[ +]/);
  const endpoints = hosts(members).map((host) => `http://${host}`);
  const keys = [{ id: 'k1', secret: randomBytes(32).toString('hex') }];
  let stores = 0;
  const places = {
    file: () => ({ file: path.join(mkdtempSync(path.join(directory, 'd')), 'auth.json') }),
    etcd: () => ({ etcd: { endpoints, prefix: `b${++stores}`, insecure: true } }),
    sealed: () => ({ etcd: { endpoints, prefix: `b${++stores}`, insecure: true, keys } }),
    postgres: () => ({
      postgres: {
        hosts: hosts(server),
        database: 'postgres',
        prefix: `b${++stores}`,
        user: { name: 'holdfast' },
      },
    }),
  };
  try {
    console.log('| | file | etcd | etcd, sealed | PostgreSQL | etcd/file |\n|---|---|---|---|---|---|');
    for (const row of rows) {
      const found = { file: [], etcd: [], sealed: [], postgres: [] };
      for (let round = 0; round < rounds; round++)
        for (const name of Object.keys(places)) found[name].push(await measure(row, places[name](), forMs));
      const number = (n) => (n < 10 ? n.toPrecision(2) : String(Math.round(n)));
      const cell = (of) => {
        const p50 = `${number(medianOf(of.map((one) => one.p50)))} ms`;
        return row.kind === 'watch' ? p50 : `${number(medianOf(of.map((one) => one.perSecond)))}/s, ${p50}`;
      };
      const ratios = found.etcd.map((one, n) => {
        const file = found.file[n];
        return row.kind === 'watch' ? one.p50 / file.p50 : one.perSecond / file.perSecond;
      });
      const range = `${number(Math.min(...ratios))} to ${number(Math.max(...ratios))}`;
      const cells = Object.values(found).map(cell);
      console.log(`| ${[row.name, ...cells, `${number(medianOf(ratios))} (${range})`].join(' | ')} |`);
    }
  } finally {
    await members.close();
    await server.close();
    rmSync(directory, { recursive: true });
  }
}

const [first = '5', second = '1000'] = process.argv.slice(2);
if (first === 'work') await work(JSON.parse(second));
else await main(Number(first), Number(second));
