import { createHash } from 'node:crypto';
import { accessSync, constants, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { TargetSpec } from '../../core/target.js';
import { bundleTarget } from '../process/bundle.js';
import { heartbeatCells, killIfThere } from '../process/gated-process.js';
import type { ExecutorName } from '../search/explore-options.js';
import { NotSimulatedError } from '../sim/not-simulated.js';
import type { Answer, CommandSetup, Job, ThreadMessage } from './thread.js';

const patienceMsDefault = 15_000;

/** How it is searched. */
interface Conditions {
  signal?: AbortSignal | undefined;
  patienceMs?: number | undefined;
  executor?: ExecutorName | undefined;
}

/** What is searched: a module, or a program that is run. */
export type Subject = TargetSpec | CommandSetup;

/** A directory of its own, a bundled target, and threads that work there. */
export class SearchSession {
  private readonly stop = new Int32Array(new SharedArrayBuffer(4));
  private count = 0;
  private readonly running: Promise<unknown>[] = [];

  private constructor(
    private readonly directory: string,
    private readonly subject: Subject,
    private readonly patienceMs: number,
    private readonly executor: ExecutorName,
  ) {}

  /**
   * Makes a place for a target, and leaves nothing of it behind.
   * @param patienceMs how long a process may take from one call to the next
   * @throws UsageError if the target can't be bundled
   */
  static async with<T>(
    subject: Subject,
    { signal, patienceMs = patienceMsDefault, executor = 'process' }: Conditions,
    use: (place: SearchSession) => Promise<T>,
  ): Promise<T> {
    const place = new SearchSession(
      realpathSync(mkdtempSync(path.join(quickDirectory(), `holdfast-explore-${process.pid}-`))),
      subject,
      patienceMs,
      executor,
    );
    const onAbort = () => Atomics.store(place.stop, 0, 1);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if ('module' in subject) {
        await bundleTarget(subject.module, place.bundle);
        if (executor === 'sim') await bundleTarget(subject.module, place.simBundle, { isSimulated: true });
      }
      return await use(place);
    } finally {
      // One that fails leaves others at work.
      await Promise.allSettled(place.running);
      signal?.removeEventListener('abort', onAbort);
      rmSync(place.directory, { recursive: true, force: true });
    }
  }

  /** A hash of what is searched, with all that it imports; of a module. */
  get print(): string {
    return createHash('sha256').update(readFileSync(this.bundle)).digest('hex');
  }

  private get setup(): Job['setup'] {
    const { subject } = this;
    if (!('module' in subject)) return subject;
    const { label, module, options } = subject;
    const simulated = this.executor === 'sim' ? { simBundle: this.simBundle } : {};
    return { bundle: this.bundle, ...simulated, module, label, options };
  }

  private get simBundle(): string {
    return path.join(this.directory, 'simulated.cjs');
  }

  private get bundle(): string {
    return path.join(this.directory, 'target.cjs');
  }

  /** Runs a job in a thread: it blocks whenever a client is at it. */
  run<T extends Job['task']>(
    task: T,
    onProgress: (executions: number) => void = () => {},
  ): Promise<Answer<T>> {
    const heartbeat = new Int32Array(new SharedArrayBuffer(4 * heartbeatCells));
    const job: Job = {
      directory: path.join(this.directory, `pool-${this.count++}`),
      stop: this.stop,
      heartbeat,
      task,
      setup: this.setup,
    };
    const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: job });
    let watchdog: NodeJS.Timeout | undefined;
    const done = new Promise<Answer<T>>((resolve, reject) => {
      // Its own thread is all that a simulation has.
      const onStill = () => reject(new NotSimulatedError('a client does not come to a stop'));
      watchdog = watch(heartbeat, this.patienceMs, this.executor === 'sim' ? onStill : undefined);
      worker.on('message', (message: ThreadMessage<T>) => {
        if (message.type === 'progress') onProgress(message.executions);
        else if (message.type === 'done') resolve(message.answer);
        else if (message.type === 'refused') reject(new UsageError(message.why));
        else reject(new NotSimulatedError(message.why));
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a search ended with code ${code} without a result`)));
    }).finally(async () => {
      clearInterval(watchdog);
      await worker.terminate();
    });
    this.running.push(done);
    return done;
  }
}

/**
 * Ends a process that is waited for in vain: the thread can't look around while it waits.
 * @param onStill the thread itself, which runs its clients, does not go on
 */
function watch(heartbeat: Int32Array, patienceMs: number, onStill?: () => void): NodeJS.Timeout {
  let seen = { pid: 0, count: 0, since: 0 };
  return setInterval(() => {
    const [pid, count] = [Atomics.load(heartbeat, 0), Atomics.load(heartbeat, 1)];
    const isAtWork = pid !== 0 || (onStill !== undefined && count > 0);
    const isSame = isAtWork && pid === seen.pid && count === seen.count;
    if (!isSame) seen = { pid, count, since: performance.now() };
    else if (performance.now() - seen.since > patienceMs) {
      if (pid === 0) onStill?.();
      else {
        Atomics.store(heartbeat, 2, isBlocked(pid) ? 1 : 0);
        killIfThere(pid);
      }
    }
  }, patienceMs / 4);
}

/** It sleeps in the kernel until something comes, as for a lock of which the scheduler knows nothing; else it computes. */
function isBlocked(pid: number): boolean {
  try {
    // The state comes behind the name, in which there may be blanks and brackets: proc(5).
    return /.*\) (\w)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] === 'S';
  } catch {
    // Gone already, a group, or a system without /proc: nothing is known.
    return false;
  }
}

/** In memory where there is such a place: no disk is waited for, and numbers of files don't come back. */
export function quickDirectory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
