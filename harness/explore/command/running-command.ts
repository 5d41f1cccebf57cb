import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { commandMsDefault } from '../../programs/invocation.js';
import type { Call, Program } from '../../programs/specification.js';
import { fill, type Words } from '../../programs/template.js';
import { type Heartbeat, killIfThere } from '../process/gated-process.js';
import { type CommandScene, commandOf } from './command-scene.js';
import { type GateLine, parseGateLine } from './gate-lines.js';

const chunk = Buffer.allocUnsafe(256 * 1024);
const wordsMax = 400;

/** One command under the helper in C. All that is said between us blocks the one who listens. */
export class RunningCommand {
  /** How long it was waited for, in milliseconds: what it took, without the time in which others went on. */
  waitedMs = 0;
  private readonly child: ChildProcess;
  private readonly down: number;
  private readonly up: number;
  private readonly errors: string;
  private rest = '';

  /** @param directory of its own */
  constructor(
    private readonly scene: CommandScene,
    call: Call,
    words: Words,
    directory: string,
  ) {
    const { program, gate, pipes, root } = scene;
    mkdirSync(directory, { recursive: true });
    const { theirs, down, up } = pipes.open();
    this.down = down;
    this.up = up;
    this.errors = path.join(directory, 'errors');
    const errors = openSync(this.errors, 'w');
    const input = inputOf(program, words, directory);
    const { timeoutMs = commandMsDefault, file } = program;
    const kind = path.dirname(file) === '.' ? 'home' : 'own';
    const watched = [path.dirname(path.join(root, file)), stemOf(file), kind, String(timeoutMs)];
    const { argv, env } = commandOf(program, call, words);
    this.child = spawn(gate, [...watched, '--', ...argv], {
      cwd: root,
      env,
      stdio: [input ?? 'ignore', 'ignore', errors, ...theirs],
      // All that it starts can be killed with it, if it should come to that.
      detached: true,
    });
    this.child.on('error', () => {});
    for (const descriptor of [...theirs, errors, ...(input === undefined ? [] : [input])])
      closeSync(descriptor);
  }

  order(words: string): void {
    try {
      writeSync(this.down, `${words}\n`);
    } catch (error) {
      // It has ended by itself: the next line says so.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    }
  }

  /** @returns undefined if the helper has ended without a word */
  receive({ cells }: Heartbeat): GateLine | undefined {
    for (;;) {
      const end = this.rest.indexOf('\n');
      if (end >= 0) {
        const line = this.rest.slice(0, end);
        this.rest = this.rest.slice(end + 1);
        return parseGateLine(line);
      }
      const began = performance.now();
      Atomics.store(cells, 0, -(this.child.pid ?? 0));
      const count = readSync(this.up, chunk);
      Atomics.store(cells, 0, 0);
      Atomics.add(cells, 1, 1);
      this.waitedMs += performance.now() - began;
      if (count === 0) return undefined;
      this.rest += chunk.toString('latin1', 0, count);
    }
  }

  /** The end of its standard error. Where the home is differs from run to run. */
  errorOutput(): string {
    const text = readFileSync(this.errors, 'utf8').replaceAll(this.scene.root, '~');
    return text.trim().split('\n').slice(-4).join(' ').slice(0, wordsMax);
  }

  /** Kills it, if it has not ended. All that it has started is gone when this returns. */
  finish(): void {
    closeSync(this.down);
    while (readSync(this.up, chunk) > 0);
    closeSync(this.up);
    // What has left the helper's care, if anything could.
    killIfThere(-(this.child.pid ?? 0));
  }
}

/** What the names of locks and copies of a file have in them: `npmrc` of `.npmrc`, `auth` of `auth.json`. */
function stemOf(file: string): string {
  return path.parse(path.basename(file).replace(/^\.+/, '')).name;
}

/** @returns a descriptor of what the command finds on its standard input */
function inputOf({ stdin }: Program, words: Words, directory: string): number | undefined {
  if (stdin === undefined) return undefined;
  const place = path.join(directory, 'input');
  writeFileSync(place, fill(stdin, words), { mode: 0o600 });
  return openSync(place, 'r');
}
