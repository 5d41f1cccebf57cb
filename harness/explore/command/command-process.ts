import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { programEnvironment } from '../../programs/environment.js';
import { outcomeOfExit } from '../../programs/outcome.js';
import type { Call, Program } from '../../programs/specification.js';
import { fill, type Words } from '../../programs/template.js';
import type { ClientProcess } from '../process/client-process.js';
import { type Heartbeat, killIfThere } from '../process/gated-process.js';
import { openPipes } from '../process/pipes.js';
import type { CallEnd, CallToMake, ClientEvent, Grant, Operation, Report } from '../process/protocol.js';
import { factsOf } from '../world/calls.js';
import { fingerprint } from '../world/fingerprint.js';
import { UncontrolledError } from '../world/uncontrolled.js';
import { errnoName, errnoNumber, type GateLine, parseGateLine } from './gate-lines.js';
import { Aliases, valueText } from './names.js';

/** What is the same for all clients of one execution. */
export interface CommandScene {
  program: Program;
  /** The helper in C. */
  gate: string;
  /** The program's home, real path. */
  root: string;
  /** Open files by device and inode: a number for each, the same for all clients. */
  files: Map<string, number>;
  isStable: (place: string) => boolean;
  /** Hears of each path that a client names. */
  onPath: (place: string) => void;
}

type Begin = Extract<Grant, { type: 'begin' }>;

interface Running {
  child: ChildProcess;
  down: number;
  up: number;
  rest: string;
  /** Where its standard error goes. */
  errors: string;
  op: string;
  operation: Operation;
  hasEnded: boolean;
  /** How long it was waited for, in milliseconds. */
  waitedMs: number;
}

export const timeoutMsDefault = 60_000;
const chunk = Buffer.allocUnsafe(256 * 1024);
const wordsMax = 400;

/** A client that runs a command for each of its operations, stopped by the helper in C before each call on the file. */
export class CommandProcess implements ClientProcess {
  isAlive = true;
  isIdle = true;
  readonly wasBlocked = false;
  readonly unsteered = new Set<string>();
  private begun: Begin | undefined;
  private now = 0;
  private left: Operation[] = [];
  private count = 0;
  private running: Running | undefined;
  private calls: CallToMake[] = [];
  private end: CallEnd | undefined;
  private events: ClientEvent[] = [];
  private readonly aliases: Aliases;

  /** @param directory of its own */
  constructor(
    private readonly scene: CommandScene,
    private readonly directory: string,
    private readonly heartbeat: Heartbeat,
  ) {
    this.aliases = new Aliases(scene.isStable);
  }

  tell(grant: Grant): void {
    if (!this.isAlive) return;
    if (grant.type === 'die') {
      this.kill();
      return;
    }
    this.now = grant.now;
    if (grant.type === 'begin') {
      this.begun = grant;
      this.left = [...grant.operations];
      // All clients start side by side: what they do up to their first stops touches nothing that is shared.
      this.startNext();
    } else if (grant.type === 'call') {
      this.order(
        grant.errno === undefined ? `go ${grant.id}` : `fail ${grant.id} ${errnoNumber(grant.errno)}`,
      );
    }
  }

  hear(): Report | undefined {
    for (;;) {
      if (!this.running && !this.startNext()) return this.report('ended');
      const line = this.hearLine(this.running as Running);
      if (line === undefined) return undefined;
      if ('stop' in line) return this.report('waiting');
      this.take(line);
    }
  }

  lastWords(): string {
    return this.running ? this.wordsOf(this.running) : '';
  }

  kill(): void {
    this.isAlive = false;
    if (this.running) this.finish(this.running);
  }

  private report(stop: Report['stop']): Report {
    const { calls, end, events, now } = this;
    this.end = undefined;
    this.events = [];
    return { stop, calls: [...calls], blocked: false, now, events, ...(end ? { end } : {}) };
  }

  private order(words: string): void {
    if (!this.running) return;
    try {
      writeSync(this.running.down, `${words}\n`);
    } catch (error) {
      // It has ended by itself: the next report says so.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    }
  }

  /** @returns false if there is nothing left to do */
  private startNext(): boolean {
    const operation = this.left.shift();
    if (!operation) return false;
    const { client } = this.begun as Begin;
    const op = `${client}.0.${this.count++}`;
    const { action, key = '' } = operation;
    if (action === 'set' || action === 'remove') this.events.push({ type: 'invoke', op, action, key });
    this.running = this.start(operation, op);
    return true;
  }

  private start(operation: Operation, op: string): Running {
    const { program, gate, root } = this.scene;
    const { action, key = '', value = op } = operation;
    const call = action === 'remove' ? program.remove : program.set;
    if (!call) throw new UncontrolledError(`there is no command to ${action} a key`);
    const words = wordsFor(this.scene, key, valueText(value));
    const pipes = openPipes(path.join(this.directory, `${this.count}`));
    const errors = path.join(this.directory, `errors-${this.count}`);
    const errorsTo = openSync(errors, 'w');
    const watched = path.join(root, program.file);
    const kind = path.dirname(program.file) === '.' ? 'home' : 'own';
    const args = [path.dirname(watched), stemOf(program.file), kind, String(this.timeoutMs), '--'];
    const input = inputOf(program, words, this.directory);
    const child = spawn(gate, [...args, ...argumentsOf(call, words)], {
      cwd: root,
      env: environmentOf(program, words, call),
      stdio: [input ?? 'ignore', errorsTo, errorsTo, ...pipes.theirs],
      // All that it starts can be killed with it, if it should come to that.
      detached: true,
    });
    child.on('error', () => {});
    for (const descriptor of [...pipes.theirs, errorsTo, ...(input === undefined ? [] : [input])])
      closeSync(descriptor);
    const { down, up } = pipes;
    return { child, down, up, rest: '', errors, op, operation, hasEnded: false, waitedMs: 0 };
  }

  private get timeoutMs(): number {
    return this.scene.program.timeoutMs ?? timeoutMsDefault;
  }

  private hearLine(running: Running): GateLine | undefined {
    const { cells } = this.heartbeat;
    for (;;) {
      const end = running.rest.indexOf('\n');
      if (end >= 0) {
        const line = running.rest.slice(0, end);
        running.rest = running.rest.slice(end + 1);
        return parseGateLine(line);
      }
      const began = performance.now();
      Atomics.store(cells, 0, -(running.child.pid ?? 0));
      const count = readSync(running.up, chunk);
      Atomics.store(cells, 0, 0);
      Atomics.add(cells, 1, 1);
      running.waitedMs += performance.now() - began;
      if (count === 0) {
        const words = this.lastWords();
        this.kill();
        throw new UncontrolledError(
          `the helper that stops the program has ended: ${words || 'it said nothing'}`,
        );
      }
      running.rest += chunk.toString('utf8', 0, count);
    }
  }

  private take(line: GateLine): void {
    const running = this.running as Running;
    if ('call' in line) {
      if (running.waitedMs > this.timeoutMs) this.giveUp(running, 'goes on and on');
      else this.calls.push(this.toCall(line));
    } else if ('end' in line) this.takeEnd(line);
    else if ('note' in line) this.unsteered.add(line.note);
    else if ('exit' in line) this.takeExit(running, line.exit);
    else if ('gone' in line) {
      this.calls = [];
      this.finish(running);
    } else if ('silent' in line) this.giveUp(running, line.silent === 'sleeping' ? 'sleeps' : 'computes');
    else if ('refused' in line) throw new Error(`the helper refused an order: ${line.refused}`);
  }

  private takeEnd({ end, value, error, waits, file, text }: Extract<GateLine, { end: number }>): void {
    const call = this.calls.find(({ id }) => id === end);
    if (!waits) this.calls = this.calls.filter(({ id }) => id !== end);
    const found = [error, call?.call === 'open' ? '' : value, text ?? '', waits ?? false];
    this.end = {
      digest: fingerprint(JSON.stringify(found)),
      ...(error === 0 ? {} : { errno: errnoName(error) }),
      ...(waits ? { waits } : {}),
      ...(file === undefined ? {} : { fd: this.numberOf(file) }),
      ...(text === undefined ? {} : { text }),
    };
  }

  private takeExit(running: Running, code: number): void {
    running.hasEnded = true;
    const { op, operation } = running;
    if (operation.action !== 'set' && operation.action !== 'remove') {
      if (code !== 0) this.fail(running, `ended with ${code}, alone`);
      return;
    }
    const errors = this.wordsOf(running);
    const type = outcomeOfExit({ code: code < 0 ? null : code, errors }, this.scene.program);
    const how = `${code < 0 ? 'a signal ended it' : `exit code ${code}`}${errors === '' ? '' : `: ${errors}`}`;
    this.events.push(type === 'ok' ? { type, op } : { type, op, error: how });
  }

  /** A process that comes after others may be kept waiting for good by what they have left. That is known then. */
  private giveUp(running: Running, how: string): void {
    const { client } = this.begun as Begin;
    const seconds = Math.round(this.timeoutMs / 1000);
    const what = `${how}, and has not ended after ${seconds} s`;
    if (client !== 'audit') this.fail(running, `${what}: --timeout gives it longer`);
    this.events.push({ type: 'unknown', op: running.op, error: what });
    this.calls = [];
    this.finish(running);
  }

  private fail(running: Running, what: string): never {
    const { client } = this.begun as Begin;
    const words = this.wordsOf(running);
    this.kill();
    throw new UncontrolledError(`${client} ${what}${words === '' ? '' : `: ${words}`}`);
  }

  /** All that the command has started is gone when this returns. */
  private finish(running: Running): void {
    this.running = undefined;
    closeSync(running.down);
    try {
      while (readSync(running.up, chunk) > 0);
    } finally {
      closeSync(running.up);
    }
    killIfThere(-(running.child.pid ?? 0));
  }

  /** Where the home is differs from run to run. */
  private wordsOf({ errors }: Running): string {
    const text = readFileSync(errors, 'utf8').replaceAll(this.scene.root, '~');
    return text.trim().split('\n').slice(-4).join(' ').slice(0, wordsMax);
  }

  private toCall(line: Extract<GateLine, { call: number }>): CallToMake {
    const { name, path: from, to, of, file, flags } = line;
    if (!factsOf(name)) throw new UncontrolledError(`it makes a call that is not known: ${name}`);
    const places = [from ?? of, to].flatMap((place) => (place === undefined ? [] : [this.placeOf(place)]));
    for (const place of places) this.scene.onPath(place);
    const isByName = from !== undefined || name === 'readdir';
    return {
      id: line.call,
      call: name as CallToMake['call'],
      ...(isByName && places[0] !== undefined ? { path: places[0] } : {}),
      ...(to === undefined ? {} : { to: places[1] as string }),
      ...(isByName || file === undefined ? {} : { fd: this.numberOf(file) }),
      ...(flags === undefined ? {} : { flags }),
      alias: places.map((place) => this.aliases.of(place)).join(' '),
    };
  }

  private placeOf(place: string): string {
    return path.relative(this.scene.root, place);
  }

  private numberOf(file: string): number {
    const { files } = this.scene;
    const number = files.get(file) ?? files.size;
    files.set(file, number);
    return number;
  }
}

export function wordsFor(
  { program, root }: Pick<CommandScene, 'program' | 'root'>,
  key: string,
  value: string,
): Words {
  return { file: path.join(root, program.file), home: root, dir: program.directory, key, value };
}

/** What the names of locks and copies of a file have in them: `npmrc` of `.npmrc`, `auth` of `auth.json`. */
function stemOf(file: string): string {
  return path.parse(path.basename(file).replace(/^\.+/, '')).name;
}

export function argumentsOf(call: Call, words: Words): string[] {
  if (call.how === 'shell') return ['sh', '-c', call.text];
  if (call.how === 'words') return call.words.map((word) => fill(word, words));
  throw new UncontrolledError('a server can be put under stress, and not be explored');
}

export function environmentOf({ env }: Program, words: Words, { how }: Call): Record<string, string> {
  return programEnvironment(process.env, words, env, how === 'shell');
}

/** @returns a descriptor of what the command finds on its standard input */
function inputOf({ stdin }: Program, words: Words, directory: string): number | undefined {
  if (stdin === undefined) return undefined;
  const place = path.join(directory, 'input');
  writeFileSync(place, fill(stdin, words), { mode: 0o600 });
  return openSync(place, 'r');
}
