import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { Cluster, ClusterLook } from '../../core/cluster.js';
import type { MemberFault } from '../../history/member-faults.js';
import { ask } from './ask.js';
import { conditions } from './etcd-conditions.js';
import { freePorts } from './free-ports.js';
import { loopback, type Network, namespaces, whyNoNamespaces } from './network.js';

/** A member of etcd: its process may be killed and started again. */
interface Member {
  name: string;
  directory: string;
  clientUrl: string;
  peerUrl: string;
  child: ChildProcess | undefined;
  /** How it joins: `existing` once it was wiped. */
  state: 'new' | 'existing';
  /** As etcd calls it; undefined before it has said so. */
  id: string | undefined;
  /** How many transactions it has answered, by its own count, at the last look. */
  answered: number;
}

const askMs = 700;
const readyMsMax = 60_000;
const pauseMs = 50;

/** Starts real members of etcd: in network namespaces where that is possible, else on loopback. */
export async function startEtcd(count: number): Promise<Cluster> {
  if (spawnSync('etcd', ['--version']).status !== 0)
    throw new UsageError('there is no etcd here to start members of', 'apt-get install etcd-server');
  const whyNot = whyNoNamespaces();
  const network = whyNot === undefined ? await namespaces(count) : loopback(count, whyNot);
  const ports = whyNot === undefined ? undefined : await freePorts(2 * count);
  const members = network.hosts.map(
    (host, n): Member => ({
      name: `m${n + 1}`,
      directory: mkdtempSync(path.join(tmpdir(), 'holdfast-etcd-')),
      clientUrl: `http://${host}:${ports?.[n] ?? 2379}`,
      peerUrl: `http://${host}:${ports?.[count + n] ?? 2380}`,
      child: undefined,
      state: 'new',
      id: undefined,
      answered: 0,
    }),
  );
  const cluster = new EtcdMembers(members, network);
  try {
    for (const member of members) cluster.start(member);
    await cluster.ready();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

class EtcdMembers implements Cluster {
  readonly members: readonly string[];
  readonly options: Cluster['options'];
  readonly cannot: Cluster['cannot'];
  readonly conditions = conditions;
  readonly #members: Member[];
  readonly #network: Network;
  readonly #end = () => this.#kill();

  constructor(members: Member[], network: Network) {
    this.#members = members;
    this.#network = network;
    this.members = members.map(({ name }) => name);
    this.options = { at: members.map(({ clientUrl }) => new URL(clientUrl).host).join(' ') };
    const { whyNotCut: why } = network;
    this.cannot = why === undefined ? {} : { 'member-cut': why, 'member-isolate': why };
    process.once('exit', this.#end);
  }

  start(member: Member): void {
    const { name, directory, clientUrl, peerUrl, state } = member;
    const flags = Object.entries({
      name,
      'data-dir': directory,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'listen-client-urls': clientUrl,
      'advertise-client-urls': clientUrl,
      'initial-cluster': this.#members.map((one) => `${one.name}=${one.peerUrl}`).join(','),
      'initial-cluster-token': 'holdfast',
      'initial-cluster-state': state,
      'auto-compaction-mode': 'revision',
      'auto-compaction-retention': 1000,
      'log-level': 'error',
      logger: 'zap',
    }).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    // Where this process is killed, its members end with it.
    const bound = spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL'] : [];
    const words = [...bound, ...this.#network.inside(this.#members.indexOf(member)), 'etcd', ...flags];
    const [program = 'etcd', ...args] = words;
    member.child = spawn(program, args, { stdio: 'ignore' });
    member.answered = 0;
  }

  async look(): Promise<ClusterLook> {
    const looks = await Promise.all(
      this.#members.map(async (member) => ({
        member,
        status: await this.#status(member),
        answered: await this.#hasAnswered(member),
      })),
    );
    let leader: string | undefined;
    let term: number | undefined;
    for (const { status } of looks) {
      if (!status || Number(status.raftTerm) < (term ?? 0)) continue;
      if (Number(status.raftTerm) > (term ?? 0)) leader = undefined;
      term = Number(status.raftTerm);
      leader ??= this.#members.find(({ id }) => id !== undefined && id === status.leader)?.name;
    }
    const answered = looks.filter((one) => one.answered).map(({ member }) => member.name);
    return { leader, term, answered };
  }

  async strike(fault: MemberFault, name: string): Promise<void> {
    const member = this.#named(name);
    const number = this.#members.indexOf(member);
    if (fault === 'member-stop') member.child?.kill('SIGSTOP');
    else if (fault === 'member-cut') await this.#network.cut(number);
    else if (fault === 'member-isolate') await this.#network.isolate(number);
    else {
      await killed(member);
      if (fault !== 'member-wipe') return;
      rmSync(member.directory, { recursive: true, force: true });
    }
  }

  async mend(fault: MemberFault, name: string): Promise<void> {
    const member = this.#named(name);
    if (fault === 'member-stop') member.child?.kill('SIGCONT');
    else if (fault === 'member-cut' || fault === 'member-isolate')
      await this.#network.heal(this.#members.indexOf(member));
    else {
      if (fault === 'member-wipe') await this.#joinAnew(member);
      this.start(member);
    }
  }

  async ready(): Promise<void> {
    const until = performance.now() + readyMsMax;
    for (const member of this.#members) {
      while (!(await this.#isReady(member))) {
        const code = member.child?.exitCode ?? null;
        if (code !== null) throw new Error(`member ${member.name} of etcd has ended with ${code}`);
        if (performance.now() > until)
          throw new Error(`member ${member.name} of etcd did not answer within ${readyMsMax / 1000} s`);
        await sleep(pauseMs);
      }
    }
  }

  async close(): Promise<void> {
    process.off('exit', this.#end);
    await Promise.all(this.#members.map(killed));
    await this.#network.close();
    for (const { directory } of this.#members) rmSync(directory, { recursive: true, force: true });
  }

  #kill(): void {
    for (const { child } of this.#members) child?.kill('SIGKILL');
  }

  #named(name: string): Member {
    const member = this.#members.find((one) => one.name === name);
    if (!member) throw new Error(`there is no member ${name}`);
    return member;
  }

  /** Linearizable: a majority has to answer. And it knows who it is. */
  async #isReady(member: Member): Promise<boolean> {
    const answer = await call(member, '/v3/kv/range', { key: 'AA==' });
    return answer?.header !== undefined && (await this.#status(member)) !== undefined;
  }

  async #status(member: Member): Promise<Status | undefined> {
    const answer = (await call(member, '/v3/maintenance/status', {})) as Status | undefined;
    if (answer?.header === undefined) return undefined;
    member.id = answer.header.member_id;
    return answer;
  }

  /** Has it answered transactions since it was asked last, or was started? */
  async #hasAnswered(member: Member): Promise<boolean> {
    const text = (await ask(`${member.clientUrl}/metrics`, undefined, askMs)) ?? '';
    const [, count] =
      /^grpc_server_handled_total\{grpc_code="OK",grpc_method="Txn".*\} (\d+)/m.exec(text) ?? [];
    if (count === undefined) return false;
    const hasGrown = Number(count) > member.answered;
    member.answered = Number(count);
    return hasGrown;
  }

  /** etcd refuses a member that comes back without what it knew: the others strike it off and take it in anew. */
  async #joinAnew(member: Member): Promise<void> {
    const others = this.#members.filter((one) => one !== member);
    await untilAny(others, async (other) => {
      const list = (await call(other, '/v3/cluster/member/list', {})) as MemberList | undefined;
      if (!list?.members) return false;
      const known = list.members.find(({ peerURLs }) => peerURLs?.includes(member.peerUrl));
      if (!known) return true;
      const answer = await call(other, '/v3/cluster/member/remove', { ID: known.ID });
      return answer?.header !== undefined;
    });
    await untilAny(others, async (other) => {
      const answer = await call(other, '/v3/cluster/member/add', { peerURLs: [member.peerUrl] });
      // Not answered at the first try, and done all the same.
      return answer?.header !== undefined || /exist/i.test(String(answer?.error));
    });
    member.state = 'existing';
  }
}

interface Status {
  header: { member_id: string };
  leader: string;
  raftTerm: string;
}

interface MemberList {
  members?: { ID: string; name?: string; peerURLs?: string[] }[];
}

/** Undefined where there is no answer in time. */
async function call(
  { clientUrl }: Member,
  request: string,
  body: object,
): Promise<Record<string, unknown> | undefined> {
  const text = await ask(`${clientUrl}${request}`, body, askMs);
  try {
    return JSON.parse(text ?? '') as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

async function untilAny(
  members: readonly Member[],
  act: (member: Member) => Promise<boolean>,
): Promise<void> {
  const until = performance.now() + readyMsMax;
  for (let n = 0; performance.now() < until; n++) {
    const member = members[n % members.length];
    if (member && (await act(member))) return;
    await sleep(4 * pauseMs);
  }
  throw new Error('the members of etcd have not taken the wiped one in again');
}

async function killed({ child }: Member): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
