import path from 'node:path';
import { commandMsDefault } from '../../programs/invocation.js';
import { outcomeOfExit } from '../../programs/outcome.js';
import type { Heartbeat } from '../process/gated-process.js';
import { listsNames, opensFile } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import type { BlockingProcess } from '../protocol/client-process.js';
import type { CallEnd, CallToMake, ClientEvent, Grant, Operation, Report } from '../protocol/protocol.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { fingerprint } from '../world/fingerprint.js';
import { argumentsFor, type CommandScene } from './command-scene.js';
import { errnoName, errnoNumber, type GateLine } from './gate-lines.js';
import { Aliases, valueText } from './names.js';
import { RunningCommand } from './running-command.js';

type Begin = Extract<Grant, { type: 'begin' }>;

interface Running {
  command: RunningCommand;
  op: string;
  operation: Operation;
  hasEnded: boolean;
}

/** A client that runs a command for each of its operations, stopped by the helper in C before each call on the file. */
export class CommandProcess implements BlockingProcess {
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

  send(grant: Grant): void {
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
      const { id, errno } = grant;
      this.running?.command.order(errno === undefined ? `go ${id}` : `fail ${id} ${errnoNumber(errno)}`);
    }
  }

  receive(): Report | undefined {
    for (;;) {
      if (!this.running && !this.startNext()) return this.report('ended');
      const line = this.receiveLine(this.running as Running);
      if ('stop' in line) return this.report('waiting');
      this.handle(line);
    }
  }

  errorOutput(): string {
    return this.running?.command.errorOutput() ?? '';
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
    const { action, key = '', value = op } = operation;
    const { program } = this.scene;
    const call = action === 'remove' ? program.remove : program.set;
    if (!call) throw new UncontrolledError(`there is no command to ${action} a key`);
    const directory = path.join(this.directory, `${this.count}`);
    const words = argumentsFor(this.scene, key, valueText(value));
    return {
      command: new RunningCommand(this.scene, call, words, directory),
      op,
      operation,
      hasEnded: false,
    };
  }

  private get timeoutMs(): number {
    return this.scene.program.timeoutMs ?? commandMsDefault;
  }

  private receiveLine({ command }: Running): GateLine {
    const line = command.receive(this.heartbeat);
    if (line) return line;
    const words = command.errorOutput();
    this.kill();
    throw new UncontrolledError(`the helper that stops the program has ended: ${words || 'it said nothing'}`);
  }

  private handle(line: GateLine): void {
    const running = this.running as Running;
    if ('call' in line) {
      if (running.command.waitedMs > this.timeoutMs) this.giveUp(running, 'goes on and on');
      else this.calls.push(this.toCall(line));
    } else if ('end' in line) this.handleEnd(line);
    else if ('note' in line) this.unsteered.add(line.note);
    else if ('exit' in line) this.handleExit(running, line.exit);
    else if ('gone' in line) {
      this.calls = [];
      this.finish(running);
    } else if ('silent' in line) this.giveUp(running, line.silent === 'sleeping' ? 'sleeps' : 'computes');
    else if ('refused' in line) throw new Error(`the helper refused an order: ${line.refused}`);
  }

  private handleEnd({ end, value, error, waits, file, text }: Extract<GateLine, { end: number }>): void {
    const call = this.calls.find(({ id }) => id === end);
    if (!waits) this.calls = this.calls.filter(({ id }) => id !== end);
    const found = [error, call && opensFile(call.call) ? '' : value, text ?? '', waits ?? false];
    this.end = {
      digest: fingerprint(JSON.stringify(found)),
      ...(error === 0 ? {} : { errno: errnoName(error) }),
      ...(waits ? { waits } : {}),
      ...(file === undefined ? {} : { fd: this.numberOf(file) }),
      ...(text === undefined ? {} : { text }),
    };
  }

  private handleExit(running: Running, code: number): void {
    running.hasEnded = true;
    const { op, operation } = running;
    if (operation.action !== 'set' && operation.action !== 'remove') {
      if (code !== 0) this.fail(running, `ended with exit code ${code}, alone`);
      return;
    }
    const errors = running.command.errorOutput();
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
    if (!running.hasEnded) this.events.push({ type: 'unknown', op: running.op, error: what });
    this.calls = [];
    this.finish(running);
  }

  private fail(running: Running, what: string): never {
    const { client } = this.begun as Begin;
    const words = running.command.errorOutput();
    this.kill();
    throw new UncontrolledError(`${client} ${what}${words === '' ? '' : `: ${words}`}`);
  }

  private finish({ command }: Running): void {
    this.running = undefined;
    command.finish();
  }

  private toCall(line: Extract<GateLine, { call: number }>): CallToMake {
    const { name, path: from, to, of, file, flags } = line;
    if (!factsOf(name)) throw new UncontrolledError(`it makes a call that is not known: ${name}`);
    const places = [from ?? of, to].flatMap((place) => (place === undefined ? [] : [this.placeOf(place)]));
    for (const place of places) this.scene.onPath(place);
    const isByName = from !== undefined || listsNames(name);
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
