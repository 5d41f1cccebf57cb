import { defined } from '../core/defined.js';
import { isClient, type Subject, type Workload } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import type { Victim } from '../faults/context.js';
import type { SeedEvent } from '../history/events.js';
import type { Probed } from '../history/evidence.js';
import { type ClientExit, type ClientProcess, spawnClient } from '../line/client-process.js';
import type { Beginning, ClientConfig, FromClient, Sighted, ToClient } from '../line/protocol.js';
import { node, type Runtime, type Runtimes } from '../line/runtimes.js';
import { type Place, sandboxEnvironment } from '../line/sandbox.js';
import { workloadOf } from '../workload/generator.js';
import type { Recorder } from './recorder.js';

/** What all clients of one run have in common. */
export interface Surroundings {
  subject: Subject;
  workload: Partial<Workload> | undefined;
  target: TargetSpec;
  runtimes: Runtimes;
  seed: number;
  sandbox: string;
  place: Place;
  umask: number | undefined;
  probed: Pick<Probed, 'evidence' | 'own' | 'openMs' | 'program'>;
  /** What a probe begins with. */
  begins?: Beginning;
  /** What a seeder is to store. */
  seeds: readonly SeedEvent[];
  canary: string | undefined;
  oauthUrl: string | undefined;
  /** Set for a program under test. */
  home?: string;
  /** For the servers of the run, and those who ask them. */
  token: string | undefined;
  recorder: Recorder;
}

export type Profile = ClientConfig['profile'];

type State =
  /** Its process is there, or about to be, and has not said that it is ready. */
  | 'starting'
  | 'running'
  /** Told to finish what it is at. */
  | 'stopping'
  /** Killed by us; it may come back. */
  | 'killed'
  | 'gone';

/** On top of three times what the target took to open when it was alone. */
const startGraceMs = 20_000;
/** On top of that, for a server of a program, which may be an agent. */
const serverGraceMs = 60_000;

/** One place in the fleet. The process in it may be killed and replaced by the next incarnation. */
export class Member implements Victim {
  state: State = 'starting';
  url: string | undefined;
  /** What the process said before it ended against its instructions. */
  error: string | undefined;
  /** A probe's good news, or a seeder's. */
  passed = false;
  sighted: Sighted | undefined;
  /** What a probe has asked of the target last. */
  asked: string | undefined;
  /** The process has said that it can't go on. */
  isBroken = false;
  private isDone = false;
  /** What the target calls its own: the sources of patterns. */
  artifacts: readonly string[] = [];
  /** How the last process ended. */
  exit: ClientExit | undefined;
  /** The server of the program under test that this client asks. */
  programUrl: string | undefined;
  onPausing: () => void = () => {};
  onReady: (pid: number) => void = () => {};
  onExit: (pid: number) => void = () => {};
  private incarnation = -1;
  private process: ClientProcess | undefined;

  constructor(
    readonly client: string,
    readonly profile: Profile,
    private readonly around: Surroundings,
    /** Among the clients: which runtime is its first. */
    private readonly turn: number,
  ) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** The runtime of the current process. The observer is the harness's own eye: it needs the finest times of files. */
  get runtime(): Runtime {
    const { turns } = this.around.runtimes;
    if (this.profile === 'observer') return node;
    return turns[(this.turn + this.incarnation) % turns.length] ?? node;
  }

  /** Starts the next incarnation. Resolves when it is ready, or has ended before it was. */
  start(serverUrl: string | undefined): Promise<void> {
    this.incarnation++;
    this.state = 'starting';
    return new Promise((resolve) => {
      this.isDone = false;
      const late = setTimeout(() => this.signal('SIGKILL'), this.startMsMax);
      const settle = () => {
        clearTimeout(late);
        resolve();
      };
      this.process = spawnClient(this.config(serverUrl), {
        env: sandboxEnvironment(this.around.sandbox, process.env),
        group: true,
        onMessage: (message) => this.hear(message, settle),
      });
      const { pid } = this.process;
      this.process.exited.then((exit) => {
        settle();
        this.recordExit(pid, exit);
        this.onExit(pid);
      });
    });
  }

  private get startMsMax(): number {
    const server = this.profile === 'program-server' || this.profile === 'opencode' ? serverGraceMs : 0;
    return startGraceMs + server + 3 * this.around.probed.openMs;
  }

  tell(message: ToClient): void {
    this.process?.send(message);
  }

  kill(): void {
    this.state = 'killed';
    this.signal('SIGKILL');
  }

  arm(): void {
    this.tell({ type: 'arm' });
  }

  wake(): void {
    this.signal('SIGCONT');
  }

  /** Also reaches what the process has spawned, and one that is stopped. */
  signal(signal: NodeJS.Signals): void {
    this.process?.signal(signal);
  }

  /** Resolves when the process that is there now has ended. */
  async exited(): Promise<void> {
    await this.process?.exited;
  }

  private hear(message: FromClient, settle: () => void): void {
    if (message.type === 'broken') {
      this.error = message.error;
      this.isBroken = true;
    } else if (message.type === 'pausing') {
      this.onPausing();
    } else if (message.type === 'passed') {
      this.passed = true;
      this.sighted = message.sighted;
    } else if (message.type === 'asks') {
      this.asked = message.call;
    } else if (message.type === 'sight') {
      this.around.recorder.recordSight(message.event, message.seenBefore);
    } else if (message.type === 'looked') {
      this.around.recorder.endSights(message.looks, message.seen);
    } else if (message.type === 'done') {
      this.isDone = true;
    } else if (message.type === 'ready') {
      this.url = message.url;
      this.artifacts = message.artifacts ?? [];
      if (this.state === 'starting') this.state = 'running';
      if (this.pid !== undefined) this.onReady(this.pid);
      settle();
    } else {
      this.around.recorder.record(message);
    }
  }

  private config(serverUrl: string | undefined): ClientConfig {
    const { subject, target, seed, sandbox, place, recorder, workload, umask, canary } = this.around;
    const { oauthUrl, token, probed, begins, seeds, home } = this.around;
    const { real, links } = place;
    const { client, profile, incarnation, runtime } = this;
    // What the links lead to: who comes by them is a client.
    const file = profile === 'seeder' ? real : place.file;
    return {
      client,
      profile,
      subject,
      incarnation,
      runtime,
      file,
      real,
      links,
      sandbox,
      target,
      seed,
      evidence: probed.evidence,
      own: probed.own,
      epoch: String(recorder.epoch),
      workload: workloadOf(isClient(profile) ? profile : 'server', workload),
      port: this.url === undefined ? 0 : Number(new URL(this.url).port),
      ...defined({
        begins,
        seeds: profile === 'seeder' ? seeds : undefined,
        serverUrl,
        umask,
        canary,
        oauthUrl,
        home,
        programUrl: this.programUrl,
        outside: probed.program?.outside,
        token,
      }),
    };
  }

  private recordExit(pid: number, exit: ClientExit): void {
    this.exit = exit;
    const { code, signal, chatter } = exit;
    const expected = (code === 0 && this.isDone) || this.state === 'killed';
    if (!expected) this.error ??= chatter || `it ended while ${this.state}: ${signal ?? `exit code ${code}`}`;
    const { recorder } = this.around;
    recorder.record({
      type: 'exit',
      time: recorder.now(),
      client: this.client,
      process: pid,
      code,
      signal,
      expected,
      ...(expected || this.error === undefined ? {} : { error: this.error }),
    });
  }
}
