import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import { Line } from '../../../src/postgres/line.js';
import { settingsOf } from '../../../src/postgres/options.js';
import type { Cluster, ClusterLook } from '../../core/cluster.js';
import type { MemberFault } from '../../history/member-faults.js';
import { childrenOf } from '../children.js';
import { freePorts } from './free-ports.js';

/** Debian keeps the programs of each version in a directory that is not on the PATH. */
const debian = '/usr/lib/postgresql';
const user = 'holdfast';
const readyMsMax = 60_000;
const lookMs = 700;

/** Starts a real server of PostgreSQL on loopback, alone: it has no failover, and nothing to be cut off from. */
export async function startPostgres(): Promise<Cluster> {
  const programs = programsOf(debian);
  if (programs === undefined)
    throw new UsageError('there is no PostgreSQL here to start a server of', 'apt-get install postgresql');
  const [port = 0] = await freePorts(1);
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-postgres-'));
  const owner = ownerOf(directory);
  const words = ['-D', directory, '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  const options = { cwd: directory, encoding: 'utf8', ...owner } as const;
  const made = spawnSync(path.join(programs, 'initdb'), words, options);
  if (made.status !== 0) throw new Error(`initdb has ended with ${made.status}: ${made.stderr}`);
  const server = new PostgresServer(path.join(programs, 'postgres'), directory, port, owner);
  try {
    server.start();
    await server.ready();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class PostgresServer implements Cluster {
  readonly members = ['m1'];
  readonly options: Cluster['options'];
  readonly cannot: Cluster['cannot'] = {
    'member-cut': 'there is one server, which is cut off from nobody',
    'member-isolate': 'it is on loopback',
    'member-wipe': 'there is one server, and nothing to join',
    'majority-kill': 'there is one server',
  };
  #child: ChildProcess | undefined;
  readonly #end = () => this.#signal('SIGKILL');

  constructor(
    private readonly program: string,
    private readonly directory: string,
    private readonly port: number,
    private readonly owner: { uid?: number; gid?: number },
  ) {
    this.options = { at: `127.0.0.1:${port}` };
    process.once('exit', this.#end);
  }

  start(): void {
    const words = ['-D', this.directory, '-p', String(this.port), '-h', '127.0.0.1', '-k', ''];
    const flags = [...words, '-c', 'max_connections=200'];
    // An interrupt of the terminal is not meant for it.
    const surroundings = { cwd: this.directory, stdio: 'ignore', detached: true, ...this.owner } as const;
    this.#child = spawn(this.program, flags, surroundings);
  }

  /** It leads as long as it answers. There are no elections. */
  async look(): Promise<ClusterLook> {
    const isThere = await this.#answers(lookMs);
    return { leader: isThere ? 'm1' : undefined, term: undefined, answered: isThere ? ['m1'] : [] };
  }

  async strike(fault: MemberFault): Promise<void> {
    if (fault === 'member-stop') this.#signal('SIGSTOP');
    else await this.#killed();
  }

  async mend(fault: MemberFault): Promise<void> {
    if (fault === 'member-stop') this.#signal('SIGCONT');
    else this.start();
  }

  async ready(): Promise<void> {
    if (await this.#answers(readyMsMax)) return;
    throw new Error(`PostgreSQL did not answer within ${readyMsMax / 1000} s`);
  }

  async close(): Promise<void> {
    process.off('exit', this.#end);
    await this.#killed();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #answers(ms: number): Promise<boolean> {
    const hosts = [`127.0.0.1:${this.port}`];
    const line = new Line(settingsOf({ hosts, database: 'postgres', prefix: 'look', user: { name: user } }));
    try {
      await line.ask('select 1', [], performance.now() + ms);
      return true;
    } catch {
      return false;
    } finally {
      line.close();
    }
  }

  async #killed(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    this.#signal('SIGKILL');
    await ended;
  }

  #signal(name: NodeJS.Signals): void {
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      signalAll(child.pid, name);
  }
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

function programsOf(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  const versions = readdirSync(directory).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => path.join(directory, version, 'bin')).find((one) => existsSync(one));
}

/** It refuses to run as root. */
function ownerOf(directory: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const ask = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  const owner = { uid: ask('-u'), gid: ask('-g') };
  chownSync(directory, owner.uid, owner.gid);
  return owner;
}
