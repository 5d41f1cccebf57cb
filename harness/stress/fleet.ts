import { setTimeout as sleep } from 'node:timers/promises';
import { isClient, type ProfileName } from '../core/scenario.js';
import type { Helper, ToClient } from '../line/protocol.js';
import { Member, type Profile, type Surroundings } from './member.js';

/** A client that is asked to stop may still have to wait for its last operation: a store's own deadline and some more. */
const stopGraceMs = 15_000;
const wakeEveryMs = 100;
/** A terminal in which a user logs in again and again. */
const loginPauseMs = 100;

const stayingWriters: readonly Profile[] = ['tui', 'server', 'issuer'];

/** All client processes of one run: starts them behind a barrier, replaces those that are killed, ends them all. */
export class Fleet {
  readonly members: Member[] = [];
  /** Called when a client is about to stop itself before its commit call. */
  onPausing: (member: Member) => void = () => {};
  private stopping = false;
  private closed = false;

  constructor(private readonly around: Surroundings) {}

  /** One that has just begun to open its store has to end that first, and a command under way its own time. */
  private get stopGraceMs(): number {
    const { openMs, program } = this.around.probed;
    return stopGraceMs + Math.max(3 * openMs, program?.callMsMax ?? 0);
  }

  /** Resolves when every client stands at the barrier, and opens it. */
  async start(clients: Partial<Record<ProfileName, number>>): Promise<void> {
    const { server = 0, ...others } = clients;
    // Servers first: the web clients need their addresses.
    await this.addAll('server', server);
    await this.addAll('program-server', this.around.target.program?.serve?.servers ?? 0);
    await Promise.all([
      this.addAll('observer', 1),
      ...Object.entries(others).map(([profile, count]) => this.addAll(profile as ProfileName, count)),
    ]);
    // Those that were ready before the observer was.
    for (const { pid } of this.members)
      if (pid !== undefined) this.sendToObserver({ type: 'guard', process: pid });
    for (const member of this.members) member.tell({ type: 'go' });
  }

  /** All clients that may be killed: the observer is the harness's own eye. */
  running(): Member[] {
    return this.members.filter(({ state, profile }) => state === 'running' && isClient(profile));
  }

  /** What the target calls its own, as its clients have said. */
  get artifacts(): string[] {
    return [...new Set(this.members.flatMap(({ artifacts }) => artifacts))];
  }

  /** Clients that open the file themselves and stay, on Node: those in which a fault at a commit can be armed. */
  writers(): Member[] {
    return this.running().filter(
      ({ profile, runtime }) => stayingWriters.includes(profile) && runtime.name === 'node',
    );
  }

  /** Resolves when every client has ended by itself, having done all it had to: never while one goes on for ever. */
  async finished(signal: AbortSignal): Promise<void> {
    const busy = () => this.members.some(({ profile, state }) => isActive(profile) && state !== 'gone');
    while (!signal.aborted && busy()) await sleep(20, undefined, { signal }).catch(() => {});
  }

  /** Asks all to finish their operations, and kills those that do not. Servers answer for as long as a client may ask. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.stopAll(this.members.filter(({ profile }) => isActive(profile)));
    await this.stopAll(this.members.filter(({ profile }) => profile === 'server'));
    await this.stopAll(this.members.filter(({ profile }) => profile === 'program-server'));
    await this.stopAll(this.members.filter(({ profile }) => profile === 'observer'));
  }

  /** Ends all processes at once, whatever they do. */
  async killAll(): Promise<void> {
    this.stopping = true;
    this.closed = true;
    for (const member of this.members) if (member.state !== 'gone') member.kill();
    await Promise.all(this.members.map((member) => member.exited()));
  }

  /** Runs one more process from its start to its end. */
  async runToEnd(
    profile: Exclude<Helper, 'observer' | 'program-server'>,
    graceMs = this.stopGraceMs,
  ): Promise<Member> {
    const member = await this.add(profile, profile);
    member.tell({ type: 'go' });
    const late = setTimeout(() => member.signal('SIGKILL'), graceMs);
    await member.exited();
    clearTimeout(late);
    return member;
  }

  private async addAll(profile: Profile, count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, index) => this.add(`${profile}-${index + 1}`, profile)),
    );
  }

  private async add(client: string, profile: Profile): Promise<Member> {
    if (this.closed) throw new Error('the run is over: no process is started any more');
    const turn = this.members.filter((member) => isClient(member.profile)).length;
    const member = new Member(client, profile, this.around, isClient(profile) ? turn : 0);
    member.onPausing = () => this.onPausing(member);
    member.onReady = (process) => this.sendToObserver({ type: 'guard', process });
    member.onExit = (process) => {
      this.sendToObserver({ type: 'unguard', process });
      this.replaceOrLeave(member);
    };
    member.programUrl = this.programUrl(turn);
    this.members.push(member);
    await member.start(this.serverUrl());
    return member;
  }

  private sendToObserver(message: ToClient): void {
    this.members.find(({ profile }) => profile === 'observer')?.tell(message);
  }

  /** Clients ask the servers of a program in turns. Others have one of their own, or none. */
  private programUrl(turn: number): string | undefined {
    const servers = this.members.filter(
      ({ profile, state }) => profile === 'program-server' && state === 'running',
    );
    return servers[turn % servers.length]?.url;
  }

  private serverUrl(): string | undefined {
    return this.members.find(({ profile, url }) => profile === 'server' && url !== undefined)?.url;
  }

  /** A killed client comes back, and so does a login; one that has ended or crashed by itself does not. */
  private replaceOrLeave(member: Member): void {
    const comesBack = member.state === 'killed' || (member.state === 'running' && member.profile === 'login');
    if (this.stopping || !comesBack || !isClient(member.profile)) {
      member.state = 'gone';
      return;
    }
    member.state = 'starting';
    const pauseMs = member.profile === 'login' ? loginPauseMs : 0;
    setTimeout(async () => {
      if (this.stopping) {
        member.state = 'gone';
        return;
      }
      await member.start(this.serverUrl());
      member.tell({ type: 'go' });
    }, pauseMs);
  }

  private async stopAll(members: Member[]): Promise<void> {
    for (const member of members) {
      if (member.state === 'running' || member.state === 'starting') member.state = 'stopping';
      member.tell({ type: 'stop' });
    }
    // One that has stopped itself just now must be able to hear it, too.
    const wake = setInterval(() => signalAll('SIGCONT'), wakeEveryMs);
    const late = setTimeout(() => signalAll('SIGKILL'), this.stopGraceMs);
    await Promise.all(members.map((member) => member.exited()));
    clearInterval(wake);
    clearTimeout(late);

    function signalAll(signal: NodeJS.Signals): void {
      for (const member of members) if (member.state === 'stopping') member.signal(signal);
    }
  }
}

function isActive(profile: Profile): boolean {
  return isClient(profile) && profile !== 'server';
}
