import type { TargetModule } from '../../core/target.js';
import { type Call, one, type PendingCall } from '../calls/call.js';
import { Clock } from '../calls/clock.js';
import { errnoError } from '../calls/evidence.js';
import { inside } from '../calls/inside.js';
import type { FsToFill } from '../calls/make-fs.js';
import { Randomness } from '../calls/randomness.js';
import type { Self } from '../calls/self.js';
import { Timers } from '../calls/timers.js';
import { Watches } from '../calls/watches.js';
import { runProgram } from '../client/program.js';
import type { Heartbeat } from '../process/gated-process.js';
import type { ClientProcess } from '../protocol/client-process.js';
import type { CallEnd, ClientSetup, Grant, Report } from '../protocol/protocol.js';
import type { Conductor } from './conductor.js';
import { type Going, type Granted, goingOf, keyOf, makeCall } from './granted.js';
import type { Stopped } from './host.js';
import type { Process } from './kernel/process.js';
import { type KnownStop, Memo, nothingKnown } from './known.js';
import type { SimMachine } from './machine.js';
import { fsOn, ownFs } from './own-fs.js';
import { globalObject, sharedGlobals } from './own-globals.js';
import { ownProcess } from './own-process.js';
import { requireWith } from './own-require.js';
import { isOutside, refuseStranger, routedSystem } from './routed-system.js';
import type { Globals } from './script.js';
import { SimLoop } from './sim-loop.js';
import { type Half, inHalves } from './split-calls.js';
import { systemOf } from './system.js';

type Begin = Extract<Grant, { type: 'begin' }>;

/** What is the same for all processes of a pool. */
export interface SimScene {
  machine: SimMachine;
  conductor: Conductor;
  instantiate: (globals: Globals) => TargetModule;
  setup: Omit<ClientSetup, 'root'>;
  heartbeat: Heartbeat;
  env: NodeJS.ProcessEnv;
  /** How often a program was run from the beginning. */
  evaluations: number;
  /** Nothing of a program is run where it is known what it does. */
  usesMemo: () => boolean;
}

/** A client that runs in this thread, on a simulated machine. */
export class SimProcess implements ClientProcess {
  isAlive = true;
  isIdle = true;
  readonly wasBlocked = false;
  readonly unsteered = new Set<string>();
  private readonly half: Half = {};
  private readonly clock = new Clock();
  private readonly timers = new Timers(this.clock);
  private readonly self: Self;
  private readonly watches: Watches;
  private readonly loop: SimLoop;
  private readonly fs: FsToFill;
  private readonly shared: ReturnType<typeof sharedGlobals>;
  private readonly memo = new Memo();
  /** As the kernel knows it. Another one looks at what lies outside of the sandbox: see routed-system.ts. */
  private kernelProcess: Process;
  private isInKernel = true;
  private outsider: Process;
  private next: Grant | undefined;
  private begun: Begin | undefined;
  private granted: Granted[] = [];
  private at: KnownStop = nothingKnown();
  /** What it was granted last, and what came of it. */
  private key = '';
  private end: CallEnd | undefined;
  /** It has taken a grant, and it is not known what it does then. */
  private isUnknown = false;
  private emitExit = () => {};

  constructor(
    private readonly scene: SimScene,
    private readonly index: number,
  ) {
    const { machine, env } = scene;
    this.kernelProcess = machine.start(index);
    this.outsider = machine.start(index);
    const system = routedSystem(
      systemOf(machine, () => this.kernelProcess, this.half),
      systemOf(machine, () => this.outsider),
      machine.place,
    );
    const cwd = () => machine.place;
    this.self = { pid: 0, startTime: 0, system, clock: this.clock, randomness: new Randomness(), cwd };
    const refuse = (what: string) => this.loop.halt('refused', `it ${what}, which is not simulated`);
    const run = (call: Call) => this.loop.runNow(one(call));
    this.watches = new Watches(this.self, run);
    const isOurs = inside({
      root: machine.place,
      system,
      isOpen: (fd) => !isOutside(fd),
      refuse: (why) => this.loop.halt('refused', why),
    });
    const isInside = (call: Call) => isOurs(call) || refuseStranger(call, refuse);
    this.loop = new SimLoop({
      clock: this.clock,
      sources: {
        dueNext: () => this.timers.dueNext(),
        fireNext: () => this.timers.fireNext(),
        fireWatch: (grant) => this.watches.fire(grant),
        keepsAlive: () => this.timers.keepsAlive() || this.watches.keepsAlive(),
      },
      isInside,
      divided: (calls) => (machine.splitsCalls ? inHalves(calls, this.half, isInside) : calls),
      make: (pending, grant) => this.make(pending, grant),
      ask: (stopped) => this.ask(stopped),
      onEnd: () => this.emitExit(),
    });
    this.fs = ownFs(this.self, this.loop, this.watches, refuse);
    this.shared = sharedGlobals(
      this.self,
      this.timers,
      (callback) => this.loop.later(callback),
      (due) => run({ call: 'sleep', due, run: () => undefined }),
      refuse,
    );
    const { self, shared } = this;
    const crash = (reason: string) => this.loop.halt('crashed', reason);
    const whileLive = (callback: () => void) => this.loop.isLive && callback();
    this.ownProcess = () =>
      ownProcess({ self, machine, env, time: shared.time, run, refuse, crash, whileLive });
  }

  private readonly ownProcess: () => ReturnType<typeof ownProcess>;

  send(grant: Grant): void {
    if (grant.type === 'die') this.kill();
    else this.next = grant;
  }

  errorOutput(): string {
    return '';
  }

  kill(): void {
    this.next = undefined;
    this.isUnknown = false;
    this.leave();
  }

  /** What it had open is closed, once. */
  private leave(): void {
    this.loop.endLife();
    if (!this.isInKernel) return;
    this.scene.machine.kernel.end(this.kernelProcess);
    this.isInKernel = false;
  }

  onUncaught(error: unknown): void {
    this.loop.onUncaught(error);
  }

  goOnAsKnown(): Report | undefined {
    if (this.loop.isLive || !this.scene.usesMemo()) return undefined;
    return this.take(this.takeGrant());
  }

  /** Goes on with what it was granted. @returns where it has come to; undefined where it was given up in the middle of a call */
  goOn(): Report | undefined {
    if (this.isUnknown) return this.live();
    const grant = this.takeGrant();
    if (!this.loop.isLive || grant?.type === 'begin') return this.take(grant) ?? this.live();
    const going = goingOf(grant);
    if (going.type !== 'call') this.key = keyOf({ grant: going });
    this.loop.grant(going);
    return this.settle();
  }

  /** Takes a grant, and runs nothing. @returns where that leads, if it is known */
  private take(grant: Grant | undefined): Report | undefined {
    if (grant?.type === 'begin') this.beginLife(grant);
    else this.granted.push(this.remade(goingOf(grant)));
    const known = this.known();
    this.isUnknown = known === undefined;
    return known;
  }

  private takeGrant(): Grant | undefined {
    Atomics.add(this.scene.heartbeat.cells, 1, 1);
    const { next } = this;
    this.next = undefined;
    return next;
  }

  private beginLife(begin: Begin): void {
    const { machine } = this.scene;
    this.begun = begin;
    this.granted = [];
    this.end = undefined;
    this.leave();
    this.kernelProcess = machine.start(this.index, begin.umask);
    this.isInKernel = true;
    this.at = this.memo.begin();
    this.key = JSON.stringify([machine.platform.node, machine.splitsCalls, begin]);
  }

  /** @returns where it comes to, if it has been there before */
  private known(): Report | undefined {
    const known = this.scene.usesMemo() ? this.at.next.get(this.key) : undefined;
    if (!known?.stopped) return undefined;
    this.at = known;
    return this.report(known.stopped);
  }

  /** Runs the program, from the beginning. */
  private live(): Report | undefined {
    const { end } = this;
    this.isUnknown = false;
    this.evaluate(this.begun as Begin);
    this.end ??= end;
    return this.settle();
  }

  private settle(): Report | undefined {
    const stopped = this.loop.settle();
    if (!stopped) return undefined;
    this.at = this.memo.record(this.at, this.key, stopped);
    return this.report(stopped);
  }

  private report({ report }: Stopped): Report {
    const { end } = this;
    this.end = undefined;
    if (report.stop !== 'waiting') this.leave();
    return end ? { ...report, end } : report;
  }

  /** The scheduler chooses, on top of the program's stack. */
  private ask(stopped: Stopped): Going | undefined {
    const { conductor } = this.scene;
    if (!conductor.attempt(() => (this.at = this.memo.record(this.at, this.key, stopped)))) return undefined;
    conductor.onStop(this.report(stopped));
    if (!conductor.isNext(this) || !this.loop.isLive) return undefined;
    return this.takeGrant() as Going | undefined;
  }

  private make(pending: PendingCall, grant: Extract<Going, { type: 'call' }>): Granted {
    const { call } = pending;
    this.clock.setNow(grant.now, grant.skewMs);
    this.scene.machine.kernel.now = grant.now;
    const made = makeCall(pending, grant, () => {
      if (grant.errno !== undefined) throw errnoError(grant.errno, call.half ?? call.call, call.path);
      return call.run(grant);
    });
    this.end = made.end;
    this.key = keyOf(made);
    return made;
  }

  /** Makes what it was granted, by the call that its last life has left. */
  private remade(grant: Going): Granted {
    if (grant.type !== 'call') {
      this.key = keyOf({ grant });
      return { grant };
    }
    const pending = this.at.stopped?.pending.find(({ toMake }) => toMake.id === grant.id);
    if (!pending) throw new Error(`the scheduler granted call ${grant.id}, which is not under way`);
    return this.make(pending, grant);
  }

  private evaluate(begin: Begin): void {
    const { scene, self, clock, shared } = this;
    scene.evaluations++;
    clock.restart(begin.now, begin.skewMs);
    self.randomness.seed(begin.seed);
    const [{ platform }, { pid, startTime, boot, namespace }] = [scene.machine, begin];
    Object.assign(self, { pid, startTime, boot, namespace, hasProc: platform.hasProc });
    this.timers.clear();
    this.watches.clear();
    this.outsider = scene.machine.start(this.index, begin.umask);
    const process = this.ownProcess();
    this.emitExit = () => process.emit('exit', 0);
    const fs = fsOn(platform, this.fs);
    const require = requireWith({ fs, process }, shared.requireModule);
    const load = () => {
      const known = { ...shared.globals, process };
      const global = globalObject(known);
      const places = { __filename: `${scene.machine.place}/target.cjs`, __dirname: scene.machine.place };
      return scene.instantiate({ ...known, ...places, require, global, globalThis: global });
    };
    this.loop.begin(this.granted, () => {
      const emit = (event: Parameters<SimLoop['emit']>[0]) => this.loop.emit(event);
      const setup = { ...scene.setup, root: scene.machine.place };
      runProgram(begin, setup, load, emit, fs as unknown as Parameters<typeof runProgram>[4]).then(
        () => {
          this.loop.isDone = true;
        },
        (error) => this.loop.onUncaught(error),
      );
    });
  }
}
