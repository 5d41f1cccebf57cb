import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../core/defined.js';
import { isTorn, outcomeOfError } from '../core/outcome.js';
import { isClient } from '../core/scenario.js';
import type { Store, TargetModule, TargetOptions, TokenStore, Versions } from '../core/target.js';
import { installPausePoint } from '../faults/pause-point.js';
import { nowSince } from '../history/clock.js';
import type { Access, Action, ValueId } from '../history/events.js';
import { versionsIn } from '../history/version-name.js';
import { loadTarget, loadTokenTarget } from '../targets/index.js';
import { type Step, steps } from '../workload/generator.js';
import type { ClientConfig, FromClient, ToClient } from './protocol.js';
import { assertOwnFile } from './sandbox.js';
import { thisRuntime } from './this-runtime.js';
import { untilAborted } from './until-aborted.js';

/** What an operation found. */
type Found = ValueId | null | Record<string, ValueId>;

/** The part that all client programs share: the line to the coordinator, the barrier, and the recording of operations. */
export class Worker {
  /** Aborted when the coordinator says stop, or is gone. */
  readonly stopping: AbortSignal;
  private count = 0;
  private artifacts: readonly RegExp[] | undefined;
  /** How many commits of the file were seen so far. */
  commits = 0;
  private readonly epoch: bigint;

  private constructor(
    readonly config: ClientConfig,
    private readonly access: Access,
    private readonly gate: Promise<void>,
    stopping: AbortSignal,
  ) {
    this.epoch = BigInt(config.epoch);
    this.stopping = stopping;
  }

  /** Reads the configuration and refuses a file that is not the run's own. */
  static async connect(access: Access): Promise<Worker> {
    const stop = new AbortController();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let arm = () => {};
    let onCommit = () => {};
    const guarded = new Set<number>();
    const lines = createInterface({ input: process.stdin });
    const config = await new Promise<ClientConfig>((resolve) => {
      lines.on('line', (line) => {
        const message = JSON.parse(line) as ToClient;
        if (message.type === 'config') resolve(message.config);
        if (message.type === 'go') open();
        if (message.type === 'arm') arm();
        if (message.type === 'stop') stop.abort();
        if (message.type === 'guard') guarded.add(message.process);
        if (message.type === 'unguard') guarded.delete(message.process);
      });
      // The coordinator is gone, perhaps killed: its clients must not go on for ever.
      lines.on('close', () => {
        for (const pid of guarded) if (pid !== process.pid) killIfThere(-pid);
        stop.abort();
        setTimeout(() => process.exit(0), 2000).unref();
      });
    });
    assertOwnFile(config.file, config.sandbox);
    // Before the target is loaded: it may make its files, or look at the mask, right then.
    if (config.umask !== undefined) process.umask(config.umask);
    // Elsewhere a function of node:fs that was imported by name can't be replaced: no client there is ever armed.
    if (thisRuntime.name === 'node')
      arm = installPausePoint(
        [config.file, config.real],
        () => send({ type: 'pausing' }),
        () => onCommit(),
      );
    const worker = new Worker(config, access, gate, stop.signal);
    onCommit = () => worker.commits++;
    return worker;
  }

  /** Opens the target in this process. */
  async openTarget(): Promise<{ target: TargetModule; store: Store }> {
    const target = await loadTarget(this.config.target);
    this.artifacts = target.artifacts;
    return { target, store: await target.open(this.config.file, this.options) };
  }

  /** Those of the target, and where a program under test is at home, and served. */
  get options(): TargetOptions {
    const { target, home, programUrl } = this.config;
    return {
      ...target.options,
      ...defined({ home, server: programUrl }),
    };
  }

  async openTokens(): Promise<{ target: Partial<TargetModule>; tokens: TokenStore }> {
    const target = await loadTokenTarget(this.config.target);
    this.artifacts = target.artifacts;
    return { target, tokens: await target.openTokens(this.config.file, this.config.target.options) };
  }

  /** Says that this client is ready, and waits for the barrier to open, or for the end. */
  async ready(url?: string): Promise<void> {
    const { client, profile } = this.config;
    const runtime = `${thisRuntime.name} ${thisRuntime.version}`;
    const start = { type: 'start', time: this.now(), client, process: process.pid } as const;
    this.send({ ...start, access: this.access, runtime, profile });
    const artifacts = this.artifacts?.map(({ source }) => source);
    this.send({ type: 'ready', ...defined({ url, artifacts }) });
    await Promise.race([this.gate, untilAborted(this.stopping)]);
  }

  /** The client's steps, with its pauses, until it is asked to stop or has done all its operations. */
  async *steps(): AsyncGenerator<Step> {
    const { seed, client, incarnation, profile, workload } = this.config;
    if (!isClient(profile)) return;
    let left = workload.operationsMax || Number.POSITIVE_INFINITY;
    for (const step of steps(seed, client, incarnation, profile, workload)) {
      if (this.stopping.aborted || left-- <= 0) return;
      yield step;
      // Also lets the coordinator's messages in where a store never leaves the processor.
      await sleep(step.thinkMs);
    }
  }

  /**
   * Performs and records one operation. The begin is written before the call, by a call that returns
   * only when the coordinator can read it: a process that is killed meanwhile leaves a record.
   * @param perform is given the id of the value to write, and returns what it found; of a set or remove, what the target says of its versions
   */
  async record(
    action: Action,
    key: string | undefined,
    perform: (id: ValueId) => Promise<Found | Versions | undefined>,
  ): Promise<void> {
    const { client, incarnation } = this.config;
    const op = `${client}.${incarnation}.${this.count++}`;
    const named = key === undefined ? {} : { key };
    this.send({ type: 'invoke', time: this.now(), op, client, process: process.pid, action, ...named });
    try {
      const found = await perform(op);
      const isWrite = found === undefined || action === 'set' || action === 'remove';
      const told = isWrite ? versionsIn(found) : { result: found as Found };
      this.send({ type: 'ok', time: this.now(), op, ...told });
    } catch (error) {
      const type = outcomeOfError(action, error);
      const torn = isTorn(error) ? ({ torn: true } as const) : {};
      this.send({ type, time: this.now(), op, error: describe(error), ...torn });
      // A store or server that is down fails at once: do not drown the machine in failures.
      await sleep(10);
    }
  }

  /** Tells of a read that is over. It changes nothing, so nothing is missing of one that a killed process could not tell. */
  recordRead(
    key: string,
    { begin, end, result, times }: { begin: number; end: number; result: ValueId | null; times: number },
  ): void {
    const op = this.beginRead(key, begin);
    this.send({ type: 'ok', time: end, op, result, ...(times === 1 ? {} : { times }) });
  }

  recordFailedRead(key: string, begin: number, error: unknown): void {
    const op = this.beginRead(key, begin);
    this.send({ type: 'fail', time: this.now(), op, error: describe(error) });
  }

  private beginRead(key: string, begin: number): string {
    const { client, incarnation } = this.config;
    const op = `${client}.${incarnation}.${this.count++}`;
    this.send({ type: 'invoke', time: begin, op, client, process: process.pid, action: 'get', key });
    return op;
  }

  now(): number {
    return nowSince(this.epoch);
  }

  send(message: FromClient): void {
    send(message);
  }
}

/** Runs a client program; an error is reported in words before the process ends. */
export async function runClient(access: Access, program: (worker: Worker) => Promise<void>): Promise<never> {
  try {
    await program(await Worker.connect(access));
    exitDone();
  } catch (error) {
    send({ type: 'broken', error: describe(error) });
    process.exit(1);
  }
}

/** Ends this process, as it was meant to. */
export function exitDone(): never {
  send({ type: 'done' });
  process.exit(0);
}

/** The first line only. It may quote the document, which is evidence of a disclosure: reports leave it out (`withoutQuote`). */
export function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function send(message: FromClient): void {
  // A target prints to the same place, perhaps without a newline at the end: so a message begins with one.
  const line = Buffer.from(`\n${JSON.stringify(message)}\n`);
  for (let written = 0; written < line.length; ) {
    try {
      written += writeSync(1, line, written);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // The coordinator is gone: no report would be read.
      if (code === 'EPIPE') process.exit(0);
      // The coordinator is busy and the pipe is full.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
