import type { CallToMake } from '../protocol/protocol.js';
import { type Action, wordOf } from '../schedule/action.js';
import type { SharedAccess } from '../world/footprint.js';
import type { World } from '../world/world.js';
import type { Causality } from './causality.js';
import type { Client } from './client.js';
import { damagesOf } from './damage.js';
import { accessesOfAction, canFail, enabledActions, faultsOf, type LastStep } from './enabled-actions.js';
import type { FaultBudget } from './executed.js';
import type { Losses } from './losses.js';
import type { Choice } from './strategy.js';
import { clockStepsOf, type WallClocks } from './wall-clocks.js';

/** How far an execution has come. */
export interface Moment {
  /** Virtual time, in nanoseconds. */
  now: number;
  /** Undefined at the beginning. */
  last: LastStep | undefined;
  /** How many there have been. */
  step: number;
}

const none: readonly Action[] = [];

/** What an execution offers to its strategy, step by step. */
export class Choices {
  /** The accesses of the actions that are possible now: a strategy asks for them before it picks one. */
  private readonly accesses = new Map<string, SharedAccess[]>();

  constructor(
    private readonly clients: readonly Client[],
    private readonly budget: FaultBudget,
    private readonly world: World,
    private readonly causality: Causality,
    private readonly losses: Losses,
    private readonly clocks: WallClocks,
  ) {}

  now({ now, last, step }: Moment): Choice {
    const { enabled, others } = enabledActions(this.clients, now);
    const kindOf = (action: Action) => this.clients[action.client]?.optionOf(action)?.kind;
    return {
      enabled,
      others,
      last: last?.client,
      step,
      faults: this.faults(last),
      accesses: (action) => this.accessesOf(action),
      isExit: (action) => kindOf(action) === 'exit',
      isTimer: (action) => kindOf(action) === 'timer',
      losses: () => this.losses.offer({ now, last, step }),
      state: () => {
        const pauses = this.clients.map(({ pausedUntil }) => pausedUntil);
        const clocks = this.clocks.state;
        return [this.causality.state(), now, clocks, JSON.stringify(this.budget), ...pauses].join(' ');
      },
    };
  }

  private faults(last: LastStep | undefined): readonly Action[] {
    const { budget, clients } = this;
    if (!canFail(budget) && !budget.damages && !budget.clocks) return none;
    const own = clients.flatMap((client) => faultsOf(client, budget, last));
    const damages = damagesOf(clients, budget, last, this.world);
    return [...own, ...damages, ...clockStepsOf(clients, budget, last)];
  }

  /** All have ended: to go on is the end, unless the file is damaged now. */
  atEnd(moment: Moment): Choice {
    const end: Action = { do: 'run', client: moment.last?.client ?? 0, option: 0 };
    const here = this.now(moment);
    return {
      ...here,
      enabled: [end],
      others: [],
      faults: here.faults.filter((fault) => fault.do === 'damage'),
      accesses: (action) => (action === end ? [] : this.accessesOf(action)),
      isExit: () => false,
      isTimer: () => false,
    };
  }

  /** One is taken, and then others are possible. @returns what it touches */
  choose(action: Action): SharedAccess[] {
    const accesses = this.accessesOf(action);
    this.accesses.clear();
    return accesses;
  }

  private accessesOf(action: Action): SharedAccess[] {
    const client = this.clients[action.client];
    const option = action.do === 'run' ? client?.optionOf(action) : undefined;
    if (option?.kind === 'call') return this.accessesOfCall(action, option.call);
    const word = wordOf(action);
    const known =
      this.accesses.get(word) ?? accessesOfAction(action, this.clients[action.client], this.world);
    this.accesses.set(word, known);
    return known;
  }

  private accessesOfCall(action: Action, call: CallToMake): SharedAccess[] {
    const known = this.world.known.of(action.client, call);
    known.accesses ??= accessesOfAction(action, this.clients[action.client], this.world);
    return known.accesses;
  }
}
