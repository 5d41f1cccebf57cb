import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Answer, Asked } from '../../programs/specification.js';
import { killTree } from './command.js';

/** A line without an end is none; and of what is written to standard error, the end is told. */
const keptMax = { line: 16_000_000, errors: 4000 };
const stopMs = 1000;

/** How the program is started, and how long it may take for one answer. */
export interface Start {
  argv: readonly string[];
  env: Record<string, string>;
  home: string;
  timeoutMs: number;
}

/**
 * A program that runs on: it is asked by one line of JSON at a time, and answers each by one. It is started with the first question,
 * and again after its end. It stays in the process group of this process, so that whatever kills that reaches it, too.
 */
export class Conversation {
  private partner: Partner | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly start: Start) {}

  /** @throws Error if it ends, prints something else or is late; marked `definite` if it could not be started */
  ask(question: Asked): Promise<Answer> {
    const answer = this.last.then(() => {
      if (this.partner === undefined || this.partner.failure !== undefined)
        this.partner = new Partner(this.start);
      return this.partner.ask(question);
    });
    this.last = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    await this.last;
    await this.partner?.close();
  }
}

/** One process of it. */
class Partner {
  /** Why nothing more can be asked. */
  failure: Error | undefined;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<void>;
  private printed = '';
  private errors = '';
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly start: Start) {
    const [command = '', ...args] = start.argv;
    this.child = spawn(command, args, { env: start.env, cwd: start.home, stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.child;
    // That it reads no more shows by its end.
    stdin.on('error', () => {});
    stdout.setEncoding('utf8').on('data', (text: string) => this.take(text));
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-keptMax.errors);
    });
    this.child.once('error', (error: NodeJS.ErrnoException) =>
      this.fail(
        Object.assign(new Error(`${command} could not be started: ${error.code}`), { definite: true }),
      ),
    );
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        const [said] = this.errors.trim().split('\n').slice(-1);
        const how = `it ended with ${signal ?? `exit code ${code}`}`;
        this.fail(new Error(said ? `${how}: ${said.slice(0, 160)}` : how));
        resolve();
      });
    });
  }

  async ask(question: Asked): Promise<Answer> {
    const { timeoutMs } = this.start;
    const late = setTimeout(() => {
      this.fail(new Error(`it did not answer in ${timeoutMs / 1000} s and was killed`));
    }, timeoutMs);
    try {
      return await new Promise<Answer>((resolve, reject) => {
        if (this.failure) {
          reject(this.failure);
          return;
        }
        this.waiting = { resolve, reject };
        this.child.stdin.write(`${JSON.stringify(question)}\n`);
      });
    } finally {
      clearTimeout(late);
      this.waiting = undefined;
    }
  }

  /** Ends it as a shell's pipe does: there is nothing more to read. */
  async close(): Promise<void> {
    this.child.stdin.end();
    const late = setTimeout(() => this.kill(), stopMs);
    await this.ended;
    clearTimeout(late);
  }

  private take(text: string): void {
    this.printed += text;
    for (let end = this.printed.indexOf('\n'); end >= 0; end = this.printed.indexOf('\n')) {
      const line = this.printed.slice(0, end);
      this.printed = this.printed.slice(end + 1);
      this.hear(line);
    }
    if (this.printed.length > keptMax.line) this.fail(new Error('it printed a line without an end'));
  }

  private hear(line: string): void {
    const answer = answerIn(line);
    if (answer === undefined)
      this.fail(new Error(`it answered with no object of JSON: ${line.slice(0, 80)}`));
    else if (!this.waiting)
      this.fail(new Error(`it printed what it was not asked for: ${line.slice(0, 80)}`));
    else this.waiting.resolve(answer);
    // What comes before the next question belongs to none.
    this.waiting = undefined;
  }

  /** What it would say later would be taken for the answer to another question. */
  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.waiting?.reject(error);
    this.kill();
  }

  private kill(): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid !== undefined && exitCode === null && signalCode === null) killTree(pid);
  }
}

function answerIn(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
