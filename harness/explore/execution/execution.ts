import path from 'node:path';
import type { ClientProcess } from '../protocol/client-process.js';
import type { Operation } from '../protocol/protocol.js';
import { blockedError, refuseUnsteered, UncontrolledError } from '../protocol/uncontrolled.js';
import { type Action, nameOf, wordOf } from '../schedule/action.js';
import { pauseNs, roundNs, roundsMax, startNs, stepsMax } from '../schedule/limits.js';
import { file } from '../schedule/program.js';
import { platforms } from '../sim/kernel/platform.js';
import type { SharedAccess } from '../world/footprint.js';
import type { WatchEvent } from '../world/listeners.js';
import type { World } from '../world/world.js';
import { Aftermath, type Arrival, type Stage } from './aftermath.js';
import type { Caches } from './caches.js';
import { Causality, printOfCall, printOfStep } from './causality.js';
import { Choices, type Moment } from './choices.js';
import { Client } from './client.js';
import { enabledActions, type LastStep, lastStepOf, whoWaits } from './enabled-actions.js';
import {
  callStep,
  type Ending,
  type ExecutionOptions,
  type FaultBudget,
  LostProcessError,
  lifeOf,
  pidOf,
  type Step,
} from './executed.js';
import { grantOf } from './grant.js';
import type { Ground } from './ground.js';
import { HistoryBuilder } from './history-builder.js';
import { Hosts } from './hosts.js';
import { Losses } from './losses.js';
import type { PowerSupply } from './power-supply.js';
import type { Run, Steps } from './run.js';
import { updateSpins } from './spin.js';
import type { Strategy } from './strategy.js';
import { Strikes } from './strikes.js';
import { processesMax } from './succession.js';
import { Waits } from './waits.js';
import { WallClocks } from './wall-clocks.js';

/** One execution: all clients from their beginnings to their ends, one step at a time. */
export class Execution implements Stage {
  readonly clients: Client[];
  readonly steps: Step[] = [];
  readonly history: HistoryBuilder;
  private readonly causality: Causality;
  private readonly budget: FaultBudget;
  now = startNs;
  private last: LastStep | undefined;
  private hasFault = false;
  /** A power loss was the last fault: a new process has found out already what there is. */
  private isRebooted = false;
  private readonly losses: Losses;
  private readonly strikes: Strikes;
  private readonly hosts: Hosts;
  private readonly clocks: WallClocks;
  private readonly waits: Waits;
  /** How many of the last calls in a row were those of clients that only poll. */
  private rounds = 0;
  private readonly choices: Choices;
  private readonly file: string;
  private readonly aftermath: Aftermath;

  /** @param acquireProcess finds an idle process for a client */
  constructor(
    private readonly options: ExecutionOptions,
    private readonly world: World,
    private readonly acquireProcess: (index: number, pid: number) => ClientProcess,
    private readonly caches: Caches,
    private readonly ground: Ground,
    power?: PowerSupply,
  ) {
    const { program, faults, label, seed } = options;
    const { hosts, idleMs, platform = 'linux', samePid } = options.conditions ?? {};
    this.budget = { ...faults };
    this.waits = new Waits(idleMs);
    this.causality = new Causality(processesMax(options));
    this.file = path.join(world.rootPath, ground.file ?? file);
    this.history = new HistoryBuilder(this.file, label, seed, ground, world.disk, caches.contents);
    this.aftermath = new Aftermath(this, options, ground, this.history, caches.audits);
    this.hosts = new Hosts(options.conditions);
    this.clocks = new WallClocks(hosts, platforms[platform].granularity);
    world.locksOpenFiles = platforms[platform].locksOpenFiles;
    const pidAt = this.hosts.pidOf;
    this.clients = program.clients.map(
      (_, n) => new Client(n, nameOf(n), pidAt(n), acquireProcess(n, pidAt(n)), n, ground.roundsMin),
    );
    const { budget, clients, clocks, history, causality } = this;
    this.losses = new Losses(power, budget, history, world, causality);
    this.strikes = new Strikes(budget, clients, history, world, acquireProcess, clocks, samePid);
    this.choices = new Choices(clients, budget, world, causality, this.losses, clocks);
  }

  *run(strategy: Strategy): Run {
    this.world.restart(this.ground.files, this.now);
    this.losses.begin(this.options.conditions?.power);
    this.history.begin();
    for (const client of this.clients) this.begin(client);
    for (const client of this.clients)
      if (!(yield* this.listen(client, undefined))) throw new LostProcessError(client.process.errorOutput());
    const [ending, reason] = yield* this.runSteps(strategy);
    const unsteered = [...new Set(this.clients.flatMap(({ process }) => [...process.unsteered]))];
    if (/^(dead|live)lock$/.test(ending)) refuseUnsteered(unsteered, reason);
    strategy.end({ steps: this.steps.length });
    const boots = this.isRebooted ? this.losses.boots : 0;
    const all = ending === 'done' ? yield* this.aftermath.end(this.hasFault, boots) : this.history.end();
    const events = this.history.withoutAnswers(all);
    for (const client of this.clients) if (client.state === 'alive') this.terminate(client);
    const { steps, waits } = this;
    return { ending, steps, events, ...waits.found, unsteered, ...(reason === undefined ? {} : { reason }) };
  }

  private *runSteps(strategy: Strategy): Steps<[Ending, string?]> {
    for (;;) {
      const isOver = !this.clients.some(({ state }) => state === 'alive');
      const moment: Moment = { now: this.now, last: this.last, step: this.steps.length };
      const choice = isOver ? this.choices.atEnd(moment) : this.choices.now(moment);
      if (isOver && choice.faults.length === 0 && !this.losses.arePossible) return ['done'];
      if (choice.enabled.length === 0) return ['deadlock', whoWaits(this.clients)];
      if (this.steps.length >= stepsMax || this.rounds >= roundsMax)
        return ['livelock', whoWaits(this.clients)];
      const action = strategy.pick(choice);
      if (action === undefined) return ['abandoned'];
      if (isOver && action.do === 'run') return ['done'];
      if (!(yield* this.takeStep(action)))
        return ['stuck', `${this.clients[action.client]?.name} does not come to a stop`];
    }
  }

  /** @returns false if the process did not come to a stop */
  private *takeStep(action: Action): Steps<boolean> {
    const isStopped = yield* this.act(action);
    for (const client of this.clients) client.tookTurn(action.client, this.now);
    return isStopped;
  }

  private *act(action: Action): Steps<boolean> {
    const client = this.clients[action.client] as Client;
    const option = client.optionOf(action);
    const accesses = this.choices.choose(action);
    if (action.do !== 'run') [this.hasFault, this.isRebooted] = [true, action.do === 'power'];
    this.last = lastStepOf(client, action, option, accesses, this.last);
    if (action.do === 'power') return yield* this.losePower(client, action);
    if (action.do !== 'run' && action.do !== 'fail') return this.applyFault(client, action, accesses);
    this.history.goesOn(client, this.steps.length);
    if (option?.kind === 'start') return yield* this.start(client, action, accesses);
    if (option?.kind === 'exit') {
      client.isGone = true;
      return this.record(client, action, 'gone', accesses) !== undefined;
    }
    if (option?.kind === 'timer') return yield* this.fire(client, action, option.due);
    if (option?.kind === 'event') return yield* this.deliver(client, action, option.event);
    if (option?.kind !== 'call') throw new Error(`${client.name} has nothing to go on with`);
    const { call } = option;
    // No other client can do anything: it waits by looking at the clock, if at anything.
    if (client.spin.isSpinning) this.now += roundNs;
    this.rounds = client.spin.isSpinning ? this.rounds + 1 : 0;
    const before = this.world.as(client.index).foresee(call);
    const identity = this.world.identityFor(call, before);
    if (action.do === 'fail') this.budget.errnos--;
    const errno = action.do === 'fail' ? action.errno : undefined;
    const findable = this.hosts.findableBy(client, this.clients);
    client.process.send(grantOf(call, { now: this.now, skewMs: client.skewMs, identity, errno, findable }));
    const step = callStep(client.index, action, call, before, this.now, this.ground.file);
    this.steps.push(step);
    const what = printOfCall(call);
    const cause = this.causality.record(
      client.index,
      printOfStep(this.clocks.at(this.now, client), wordOf(action), what),
      accesses,
    );
    if (!(yield* this.listen(client, step))) return false;
    if (!this.ground.program) this.caches.results.check(cause, step, this.steps.length - 1);
    const end = step.end ?? { digest: 0 };
    if (end.waits) client.spin.hold(call.id);
    updateSpins(this.clients, client, { what, end, accesses });
    client.hasMade(call);
    const events = this.world.record(client.index, call, before, end, this.clocks.ofFiles(this.now));
    for (const [who, event] of this.hosts.reported(client, events)) this.clients[who]?.queueEvent(event);
    this.history.recordContent(call, this.steps.length);
    const { conditions } = this.options;
    if (conditions?.modes || this.ground.program?.isPrivate)
      this.history.recordModes(call, this.steps.length);
    return true;
  }

  private *fire(client: Client, action: Action, due: number): Steps<boolean> {
    if (!this.hasFault && due > this.now) this.waits.wakesItself(client, due);
    this.now = Math.max(this.now, due);
    const step = this.record(client, action, `timer ${this.now}`, []);
    client.spin.reset();
    if (client.pausedUntil !== undefined) {
      client.pausedUntil = undefined;
      this.history.paused(client, 'end', this.steps.length);
      return true;
    }
    client.wake(this.now);
    return yield* this.listen(client, step);
  }

  private *deliver(client: Client, action: Action, event: WatchEvent): Steps<boolean> {
    const step = this.record(client, action, `event ${JSON.stringify(event)}`, []);
    client.deliver(event, this.now);
    return yield* this.listen(client, step);
  }

  /** A step that is no call. */
  private record(client: Client, action: Action, what: string, accesses: readonly SharedAccess[]): Step {
    const step: Step = { client: client.index, action, now: this.now };
    this.steps.push(step);
    this.causality.record(client.index, `${this.clocks.at(this.now, client)} ${what}`, accesses);
    return step;
  }

  private *start(client: Client, action: Action, accesses: readonly SharedAccess[]): Steps<boolean> {
    this.record(client, action, `start ${client.pid}`, accesses).startsAs = client.pid;
    client.hasStarted = true;
    this.begin(client);
    if (!(yield* this.listen(client, undefined))) throw new LostProcessError(client.process.errorOutput());
    return true;
  }

  private applyFault(client: Client, action: Action, accesses: readonly SharedAccess[]): boolean {
    if (action.do === 'wait') this.now += pauseNs;
    this.record(client, action, action.do, accesses);
    const moment = { accesses, now: this.now, step: this.steps.length };
    this.strikes.strike(client, action, moment, () => this.terminate(client));
    return true;
  }

  private *losePower(client: Client, action: Extract<Action, { do: 'power' }>): Steps<boolean> {
    const step = this.record(client, action, 'power', []);
    step.lost = this.losses.lose(action, this.clients, (one) => this.terminate(one), this.steps.length);
    return yield* this.aftermath.afterLoss(this.losses.boots);
  }

  private terminate(client: Client): void {
    if (!client.hasStarted) return;
    client.terminate(this.options.killsForReal);
    this.world.forget(client.index);
  }

  private begin(
    client: Client,
    operations: readonly Operation[] = this.options.program.clients[client.role] ?? [],
  ): void {
    const { clocks, file, losses, options } = this;
    const life = lifeOf(options, client.index, file, losses.boots, clocks.skewOf(client.index));
    client.begin({ ...life, now: this.now, operations: [...operations] });
    this.history.started(client, this.steps.length);
  }

  /** Receives the report of the client's next stop. @returns false if it did not */
  private *listen(client: Client, step: Step | undefined): Steps<boolean> {
    const report = client.process.goOnAsKnown?.() ?? (yield client.process);
    if (!report) {
      client.state = 'crashed';
      if (client.process.wasBlocked) throw blockedError(client.name);
      return false;
    }
    client.lastReport = report;
    this.now = Math.max(this.now, report.now);
    if (step && report.end) step.end = report.end;
    if (step?.call && this.ground.program) this.history.recordContent(step.call, this.steps.length);
    for (const event of report.events) {
      this.history.record(client, event, this.steps.length);
      this.waits.observe(client, event, this.now);
    }
    if (report.stop === 'waiting') return true;
    client.process.isIdle = true;
    this.world.forget(client.index);
    if (report.stop === 'refused')
      throw new UncontrolledError(`${client.name} can't be explored: ${report.reason}`);
    client.state = report.stop;
    this.history.exited(client, report, this.steps.length);
    return true;
  }

  meets(): string {
    const lives = this.clients.map(({ life }) => life).join(' ');
    return `${this.now} ${this.clocks.state} ${this.losses.boots} ${lives} ${this.world.fingerprint()}`;
  }

  *runToEnd(client: Client | undefined): Steps<void> {
    while (client?.state === 'alive' && this.steps.length < 2 * stepsMax) {
      const [action] = enabledActions(this.clients, this.now).enabled;
      if (!action || !(yield* this.takeStep(action))) return;
    }
  }

  *comeAnew(name: string, operations: readonly Operation[], pid = pidOf(this.clients.length)): Arrival {
    const index = this.clients.length;
    const client = new Client(index, name, pid, this.acquireProcess(index, pid));
    this.clients.push(client);
    this.begin(client, operations);
    return (yield* this.listen(client, undefined)) ? client : undefined;
  }
}
