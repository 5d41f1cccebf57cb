import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import { messageIn } from '../line/message.js';
import { sandboxEnvironment } from '../line/sandbox.js';
import type { Answers, Ask, Reply } from './protocol.js';

/** No single thing that a process is asked takes longer, unless its store hangs. */
const answerMsMax = 60_000;
const program = fileURLToPath(new URL('./worker-process.js', import.meta.url));

/** All processes of one run: none outlives it. */
export class Crew {
  private readonly children = new Set<ChildProcess>();

  constructor(private readonly directory: string) {}

  /** Starts processes, with the store open in each. */
  async hire(
    count: number,
    target: TargetSpec,
    file: string,
    subject: Subject = 'credentials',
  ): Promise<Worker[]> {
    const workers = Array.from({ length: count }, () => new Worker(this.spawn(program)));
    await Promise.all(workers.map((worker) => worker.open(target, file, subject)));
    return workers;
  }

  /** In a group of its own: an interrupt from the keyboard is for the command, which then ends its processes. */
  spawn(file: string, args: readonly string[] = []): ChildProcess {
    const env = sandboxEnvironment(this.directory, process.env);
    const child = spawn(process.execPath, ['--no-warnings', file, ...args], {
      env,
      detached: true,
      cwd: this.directory,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }

  /** Ends all processes at once, whatever they do. */
  async killAll(): Promise<void> {
    const left = [...this.children];
    for (const child of left) child.kill('SIGKILL');
    await Promise.all(left.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  }
}

/** One process, which is given one command at a time. */
export class Worker {
  /** Called for each acknowledged set of a process that was asked to tell them. */
  onAcknowledged: (key: string, id: ValueId) => void = () => {};
  private settle: { resolve: (answer: never) => void; reject: (error: Error) => void } | undefined;
  private readonly gone: Promise<unknown>;

  constructor(private readonly child: ChildProcess) {
    // Not at its exit: its last lines may still be on their way.
    this.gone = once(child, 'close');
    // A process that was killed takes no more commands: its exit reports that.
    child.stdin?.on('error', () => {});
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.hear(line));
    child.once('exit', (code, signal) => {
      this.settle?.reject(
        new Error(`a process of the measurement ended with ${signal ?? `exit code ${code}`}`),
      );
    });
  }

  ask<A extends Ask>(ask: A): Promise<Answers[A['type']]> {
    return new Promise<Answers[A['type']]>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`a process of the measurement did not answer within ${answerMsMax / 1000} s`));
      }, answerMsMax);
      const done = () => clearTimeout(late);
      this.settle = {
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        this.settle.reject(new Error('a process of the measurement has ended'));
      else this.child.stdin?.write(`${JSON.stringify(ask)}\n`);
    });
  }

  async open(target: TargetSpec, file: string, subject: Subject = 'credentials'): Promise<void> {
    await this.ask({ type: 'open', target, file, subject });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }

  /** Ends the process in good order. */
  async leave(): Promise<void> {
    this.child.stdin?.end();
    await this.gone;
  }

  private hear(line: string): void {
    const reply = messageIn<Reply>(line);
    if (reply === undefined) return;
    if (reply.type === 'acknowledged') this.onAcknowledged(reply.key, reply.id);
    if (reply.type === 'answer') this.settle?.resolve(reply.answer as never);
    if (reply.type === 'broken') this.settle?.reject(new Error(reply.error));
  }
}
