import { sandboxEnvironment } from '../../line/sandbox.js';
import type { Executed, ExecutionOptions } from '../execution/executed.js';
import { ProcessPool } from '../execution/process-pool.js';
import type { Run } from '../execution/run.js';
import type { Strategy } from '../execution/strategy.js';
import { type Heartbeat, noHeartbeat } from '../process/gated-process.js';
import type { ClientSetup } from '../protocol/protocol.js';
import { Conductor } from './conductor.js';
import { Intrinsics } from './intrinsics.js';
import { platforms } from './kernel/platform.js';
import { SimMachine, type User } from './machine.js';
import { NotSimulatedError } from './not-simulated.js';
import { loadScript } from './script.js';
import { SimPower } from './sim-power.js';
import { SimProcess, type SimScene } from './sim-process.js';
import { SimWorld } from './sim-world.js';

/** Every so many executions all programs are run from the beginning, and do what is remembered of them. */
const auditEvery = 100;

/** The user who explores. */
export function thisUser(): User {
  const { geteuid, getegid, getgroups } = process;
  return {
    uid: geteuid?.() ?? 1000,
    gid: getegid?.() ?? 1000,
    groups: getgroups?.() ?? [],
    umask: process.umask(),
  };
}

export interface SimOptions {
  /** False to run every program from the beginning each time; default true. */
  usesMemo?: boolean;
  /** Default: the one who explores. */
  user?: User;
  /** Counts the stops of processes. */
  heartbeat?: Heartbeat;
}

/** Virtual processes on a simulated machine, all in this thread. */
export class SimPool extends ProcessPool {
  /** Real processes may do what is not simulated. */
  protected override readonly isLast = false;
  protected override readonly power: SimPower;
  private readonly scene: SimScene;
  private processes: SimProcess[] = [];
  private executions = 0;
  private intrinsics: Intrinsics | undefined;

  /** @param setup its bundle has no `import()` left in it: see bundle.ts */
  constructor(
    setup: Omit<ClientSetup, 'root'> & { bundle: string },
    { usesMemo = true, user = thisUser(), heartbeat = noHeartbeat }: SimOptions = {},
  ) {
    const machine = new SimMachine('/sandbox', user);
    super(new SimWorld(machine));
    this.power = new SimPower(machine, heartbeat);
    this.scene = {
      machine,
      conductor: new Conductor(),
      instantiate: loadScript(setup.bundle),
      setup,
      // Each look at a variable of the real one is a call.
      env: sandboxEnvironment(machine.place, process.env),
      evaluations: 0,
      heartbeat,
      usesMemo: () => usesMemo && this.executions % auditEvery !== 0,
    };
  }

  /** Nothing is left of an earlier life in a process that is made anew for each. */
  get isReused(): boolean {
    return false;
  }

  override execute(options: ExecutionOptions, strategy: Strategy): Executed {
    this.executions++;
    this.scene.machine.logs = (options.faults.losses ?? 0) > 0;
    this.scene.machine.platform = platforms[options.conditions?.platform ?? 'linux'];
    this.scene.machine.splitsCalls = options.conditions?.splitCalls ?? false;
    return super.execute(options, strategy);
  }

  close(): void {
    this.processes = [];
  }

  protected drive(run: Run): Executed {
    this.intrinsics ??= new Intrinsics();
    const { evaluations } = this.scene;
    try {
      return this.scene.conductor.runToEnd(run);
    } finally {
      if (this.scene.evaluations !== evaluations) this.requireIntrinsics(this.intrinsics);
    }
  }

  private requireIntrinsics(intrinsics: Intrinsics): void {
    const changed = intrinsics.restore();
    if (changed !== undefined)
      throw new NotSimulatedError(`a client changes ${changed}, which all programs in one thread share`);
  }

  protected ensureProcesses(): void {
    // A process is made when it is started.
  }

  protected acquireProcess(index: number): SimProcess {
    const known = this.processes[index];
    if (known) {
      known.kill();
      return known;
    }
    const started = new SimProcess(this.scene, index);
    this.processes[index] = started;
    return started;
  }
}
