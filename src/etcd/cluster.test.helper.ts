import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atFileEnd } from '../file-end.test.helper.js';
import { whileItLives } from '../while-it-lives.test.helper.js';

/** Real members of etcd, as plain processes on loopback. They end with the test file. */
export interface Cluster {
  endpoints: string[];
  /** `etcd://` and all members, with a prefix that no other caller has. */
  address(): string;
  prefix(): string;
  signal(member: number, signal: NodeJS.Signals): void;
  /** Starts a member again that was killed, on what it had. */
  start(member: number): void;
  /** Where a member keeps what it has. */
  directory(member: number): string;
  /** Waits until a majority answers. */
  ready(): Promise<void>;
  /** The place in `endpoints` of the member that leads. */
  leader(): Promise<number>;
  call(request: string, body: object, member?: number): Promise<Record<string, unknown>>;
}

/** Which programs are here, for all files that this worker runs. */
const known = new Map<string, boolean>();

/** For `skipIf`: does a program lack here, etcd or another one? Says so, with what brings it. */
export function lacksEtcd(...more: string[]): boolean {
  const isThere = (name: string) => {
    const is = known.get(name) ?? spawnSync(name, [name === 'etcd' ? '--version' : 'version']).status === 0;
    known.set(name, is);
    return is;
  };
  const missing = ['etcd', ...more].filter((name) => !isThere(name));
  if (missing.length > 0)
    process.stderr.write(`skipped: no ${missing.join(', ')} here; apt-get install etcd-server brings etcd\n`);
  return missing.length > 0;
}

/** One that no test stops. */
export type SharedCluster = Pick<Cluster, 'endpoints' | 'address' | 'prefix' | 'call'>;

let shared: Promise<SharedCluster> | undefined;

/**
 * One member for all files that this worker runs: to start one takes longer than most of what is done with it. It ends with the
 * worker, however that ends.
 */
export function sharedCluster(): Promise<SharedCluster> {
  shared ??= newCluster(1, [], 'http', whileItLives);
  return shared;
}

let prefixes = 0;

/** Starts a program. */
type Start = (name: string, args: readonly string[]) => ChildProcess;

const untilTheFileEnds: Start = (name, args) => spawn(name, args, { stdio: 'ignore' });

/** @param flags what each member is started with, beyond the cluster */
export async function newCluster(
  members = 1,
  flags: string[] = [],
  scheme = 'http',
  run: Start = untilTheFileEnds,
): Promise<Cluster> {
  const ports = await freePorts(2 * members);
  const peers = ports.slice(0, members).map((port) => `http://127.0.0.1:${port}`);
  const endpoints = ports.slice(members).map((port) => `${scheme}://127.0.0.1:${port}`);
  const directories = peers.map(() => mkdtempSync(path.join(tmpdir(), 'holdfast-etcd-')));
  const children: ChildProcess[] = [];

  const start = (member: number) => {
    const [peer = '', endpoint = ''] = [peers[member], endpoints[member]];
    const options = {
      name: `m${member}`,
      'data-dir': directories[member],
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'listen-client-urls': endpoint,
      'advertise-client-urls': endpoint,
      'initial-cluster': peers.map((url, n) => `m${n}=${url}`).join(','),
      'initial-cluster-token': 'tests',
      'log-level': 'error',
      logger: 'zap',
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    children[member] = run('etcd', [...args, ...flags]);
  };
  const call: Cluster['call'] = async (request, body, member = 0) => {
    const response = await fetch(`${endpoints[member]}${request}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(2000),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  /** Any answer will do that only a majority can give, a refusal as well. */
  const isReady = async (member: number) => {
    if (scheme === 'https') return isOpen(ports[members + member] ?? 0);
    const answer = await call('/v3/kv/range', { key: 'AA==' }, member).catch(() => undefined);
    return answer?.header !== undefined || Number(answer?.code) === 3;
  };

  peers.forEach((_, member) => {
    start(member);
  });
  const end = () => {
    for (const child of children) child.kill('SIGKILL');
    // Each has more than 100 MB there, and one that was killed a moment ago may still write.
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  };
  if (run === untilTheFileEnds) {
    atFileEnd(end);
    // Also where the run is broken off before its file has ended.
    process.once('exit', end);
  }
  const cluster: Cluster = {
    endpoints,
    prefix: () => `t${++prefixes}`,
    address: () => `etcd://${endpoints.map((url) => new URL(url).host).join(',')}/${cluster.prefix()}`,
    signal: (member, signal) => {
      const { [member]: child } = children;
      child?.kill(signal);
      // Else it may answer once more.
      if (signal === 'SIGSTOP' && child?.pid !== undefined) waitUntilStopped(child.pid);
    },
    start,
    directory: (member) => directories[member] ?? '',
    ready: async () => {
      for (let n = 0; n < members; ) {
        if (await isReady(n)) n++;
        else await sleep(50);
        const code = children[n]?.exitCode ?? null;
        if (code !== null)
          throw new Error(`member ${n} of etcd has ended with ${code}: is its port ${endpoints[n]} taken?`);
      }
    },
    leader: async () => {
      const { leader } = (await call('/v3/maintenance/status', {})) as { leader: string };
      const { members: all } = (await call('/v3/cluster/member/list', {})) as {
        members: { ID: string; clientURLs: string[] }[];
      };
      return endpoints.indexOf(all.find(({ ID }) => ID === leader)?.clientURLs[0] ?? '');
    },
    call,
  };
  await cluster.ready();
  return cluster;
}

/** Until no thread of it runs. */
function waitUntilStopped(pid: number): void {
  const threads = `/proc/${pid}/task`;
  const isStopped = (thread: string) =>
    readFileSync(path.join(threads, thread, 'stat'), 'utf8').includes(') T ');
  while (!readdirSync(threads).every(isStopped));
}

/** Ports that the system has chosen, all of them at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function isOpen(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
