import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openStore, StoreError } from '../index.js';

/**
 * One rule of the store, in words that every runtime understands: plain functions and `node:assert`, no test runner.
 * The cases are the same for all; what a runtime can't do it says with a reason.
 */
export interface Case {
  name: string;
  run(lab: Lab): Promise<void>;
  cannot?: Partial<Record<RuntimeName, string>>;
  /** Why it says nothing about a store that is no file. */
  needsFile?: string;
}

export type RuntimeName = 'node' | 'bun' | 'deno';

export const runtime: RuntimeName = process.versions.bun ? 'bun' : process.versions.deno ? 'deno' : 'node';

/** Arguments of the runtime, before the program. */
const flags: Record<RuntimeName, readonly string[]> = {
  node: [],
  bun: [],
  deno: ['run', '--allow-all', '--no-lock', '--cached-only'],
};

export function commandOf(name: RuntimeName, executable: string): string[] {
  return [executable, ...flags[name]];
}

/** Where a case works, and the other processes that it starts. All of it is gone when the case is over. */
export class Lab {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'holdfast-'));
  /** The place of a credential file, with nothing there yet. */
  readonly file = path.join(this.directory, 'auth.json');
  /** What `openStore` takes: the file, or the address of an engine. */
  readonly place: string;
  private readonly children: ChildProcess[] = [];
  private started = 0;

  /**
   * @param program what other processes run
   * @param commands the runtimes that start them, in turns
   * @param address where the store is not in the file
   */
  constructor(
    private readonly program: string,
    private readonly commands: readonly string[][] = [commandOf(runtime, process.execPath)],
    private readonly address?: string,
  ) {
    this.place = address ?? this.file;
  }

  /** What is stored, as a look at the file shows, or as another store finds it. */
  readonly entries = async (): Promise<Record<string, unknown>> => {
    if (this.address === undefined) return entriesIn(this.file);
    await using store = openStore(this.address);
    return await store.all();
  };

  /** Starts another process on the store, on the next runtime: see `programs.ts` for what it can do. */
  start(action: string, ...args: string[]): Program {
    const [executable = '', ...flags] = this.commands[this.started++ % this.commands.length] ?? [];
    const child = spawn(executable, [...flags, this.program, action, this.place, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.children.push(child);
    return new Program(child);
  }

  async close(): Promise<void> {
    const running = this.children.filter(
      ({ pid, exitCode, signalCode }) => pid && exitCode === null && signalCode === null,
    );
    // One that is not gone yet may still make a file where all is removed.
    await Promise.all(
      running.map((child) => {
        child.kill('SIGKILL');
        return once(child, 'exit');
      }),
    );
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export class Program {
  readonly pid: number;
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  private readonly lines;
  private complaint = '';

  constructor(private readonly child: ChildProcess) {
    const { stdout, stderr, stdin, pid } = child;
    assert(stdout && stderr && stdin && pid !== undefined, 'the program could not be started');
    this.pid = pid;
    this.ended = once(child, 'exit').then(([code]) => code as number | null);
    this.lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    stderr.on('data', (data: Buffer) => {
      this.complaint += data;
    });
    stdin.on('error', () => {});
  }

  /** The next line that it says. */
  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`the program ended without a word: ${this.complaint.slice(-2000)}`);
    return value;
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

export function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}

export function entriesIn(file: string): Record<string, unknown> {
  return JSON.parse(textOf(file));
}

export function modeOf(place: string): string {
  return (statSync(place).mode & 0o777).toString(8);
}

/** The `StoreError` that the call fails with. */
export async function failureOf(call: () => unknown): Promise<StoreError> {
  try {
    await call();
  } catch (error) {
    assert(error instanceof StoreError, `not a StoreError: ${error}`);
    return error;
  }
  assert.fail('it should have failed');
}

/** Waits until what it looks at is there. The runner bounds how long. */
export async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5));
}
