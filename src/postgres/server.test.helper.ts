import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { atFileEnd } from '../file-end.test.helper.js';
import { whileItLives } from '../while-it-lives.test.helper.js';
import { Line } from './line.js';
import { type PostgresOptions, settingsOf } from './options.js';

/** A real server of PostgreSQL on loopback. It ends with the test file. */
export interface Server {
  host: string;
  /** Of a store that no other caller has. */
  options(): PostgresOptions;
  address(): string;
  /** Reaches all its processes. */
  signal(signal: NodeJS.Signals): void;
  /** Starts it again on what it had, once it was killed. */
  start(): Promise<void>;
  /** The same, as a standby of nobody, which takes reads only. Does not wait for it. */
  startAsStandby(): void;
}

/** Debian keeps the programs of each version in a directory that is not on the PATH. */
const debian = '/usr/lib/postgresql';
const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
const programs = versions.map((version) => path.join(debian, version, 'bin')).find((one) => existsSync(one));
const user = 'holdfast';

/** For `skipIf`: is there no server here? Says so, with what brings it. */
export function lacksPostgres(): boolean {
  if (programs !== undefined) return false;
  process.stderr.write('skipped: no PostgreSQL here; apt-get install postgresql brings it\n');
  return true;
}

/** One that no test stops. */
export type SharedServer = Pick<Server, 'host' | 'options' | 'address'>;

let shared: Promise<SharedServer> | undefined;

/** One for all files that this worker runs. It ends with the worker, however that ends. */
export function sharedServer(): Promise<SharedServer> {
  shared ??= newServer([], true);
  return shared;
}

/**
 * @param flags what it is started with, as in `-c fsync=off`
 * @param isShared it ends with the worker, and takes no signal
 */
export async function newServer(flags: readonly string[] = [], isShared = false): Promise<Server> {
  const port = await freePort();
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-postgres-'));
  const owner = ownerOf(directory);
  const run = (name: string) => path.join(programs ?? '', name);
  copyCluster(directory);
  let child: ChildProcess | undefined;
  const settings = settingsOf({
    hosts: [`127.0.0.1:${port}`],
    database: 'postgres',
    prefix: 'tests',
    user: { name: user },
  });
  const spawnServer = () => {
    const words = [
      '-D',
      directory,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      '',
      '-c',
      'max_connections=200',
    ];
    const all = [...words, ...flags];
    if (isShared) {
      whileItLives(run('postgres'), all, { ...owner, cwd: directory });
      return;
    }
    child = spawn(run('postgres'), all, {
      ...owner,
      cwd: directory,
      stdio: 'ignore',
      // An interrupt of the terminal is not meant for it.
      detached: true,
    });
    // It refuses to start while a process of the one that was killed is still there.
    child.once('exit', (code) => {
      if (code !== null && code !== 0) spawnServer();
    });
  };
  const start = async () => {
    spawnServer();
    const line = new Line(settings);
    try {
      await line.ask('select 1', [], performance.now() + 30_000);
    } finally {
      line.close();
    }
  };
  const signal = (name: NodeJS.Signals) => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      signalAll(child.pid, name);
  };
  const end = () => signal('SIGKILL');
  if (!isShared) atFileEnd(end);
  // Also where the run is broken off before its file has ended.
  process.once('exit', end);
  let stores = 0;
  await start();
  const server: Server = {
    host: `127.0.0.1:${port}`,
    options: () => ({
      hosts: [server.host],
      database: 'postgres',
      prefix: `t${++stores}`,
      user: { name: user },
    }),
    address: () => `postgres://${server.host}/postgres/t${++stores}`,
    signal,
    start,
    startAsStandby: () => {
      writeFileSync(path.join(directory, 'standby.signal'), '');
      spawnServer();
    },
  };
  return server;
}

/**
 * Signals the server and its process for each connection, which leads a session of its own, so that a signal to a group misses it. It is
 * stopped first: it starts no more of them meanwhile.
 */
function signalAll(server: number, name: NodeJS.Signals): void {
  const send = (pid: number, signal: NodeJS.Signals) => {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  if (name !== 'SIGCONT') send(server, 'SIGSTOP');
  for (const child of childrenOf(server)) send(child, name);
  send(server, name);
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').flatMap((child) => (child === '' ? [] : [Number(child)]));
  } catch {
    // It has ended by itself.
    return [];
  }
}

/** Of the run of all tests: to make one takes longer than most of what is done with it. */
const cluster = path.join(tmpdir(), 'postgres-cluster');

/** Puts an empty cluster there. */
function copyCluster(directory: string): void {
  if (!existsSync(cluster)) makeCluster();
  execFileSync('cp', ['-a', `${cluster}/.`, directory]);
}

function makeCluster(): void {
  const own = mkdtempSync(path.join(tmpdir(), 'holdfast-postgres-'));
  const words = ['-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  const options = { ...ownerOf(own), cwd: own, encoding: 'utf8' } as const;
  const made = spawnSync(path.join(programs ?? '', 'initdb'), ['-D', own, ...words], options);
  if (made.status !== 0) throw new Error(`initdb has ended with ${made.status}: ${made.stderr}`);
  try {
    renameSync(own, cluster);
  } catch (error) {
    // Another worker was faster.
    if (!existsSync(cluster)) throw error;
  }
}

/** A certificate for `localhost`, and what a server is started with to show it. */
export function newCertificate(): { ca: Buffer; flags: string[] } {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-postgres-tls-'));
  const [key, certificate] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = spawnSync('openssl', [...words, ...names, '-keyout', key, '-out', certificate]);
  if (made.status !== 0) throw new Error(`openssl has ended with ${made.status}: ${made.stderr}`);
  chmodSync(key, 0o600);
  const { uid, gid } = ownerOf(directory);
  if (uid !== undefined && gid !== undefined) chownSync(key, uid, gid);
  const flags = ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`].flatMap((one) => [
    '-c',
    one,
  ]);
  return { ca: readFileSync(certificate), flags };
}

/** It refuses to run as root. */
function ownerOf(directory: string): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {};
  const ask = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  const owner = { uid: ask('-u'), gid: ask('-g') };
  chownSync(directory, owner.uid, owner.gid);
  return owner;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
