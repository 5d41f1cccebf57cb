import type { Action } from '../schedule/action.js';
import { fingerprint } from '../world/fingerprint.js';
import type { World } from '../world/world.js';
import type { Causality } from './causality.js';
import type { Moment } from './choices.js';
import type { Client } from './client.js';
import type { FaultBudget, PowerLossOptions } from './executed.js';
import type { HistoryBuilder } from './history-builder.js';
import type { LeftDisks, PowerSupply } from './power-supply.js';

/** The power losses that are possible at one moment. */
export interface LossOffer {
  actions: readonly Action[];
  /** Of each, all that decides what follows, and how that is judged. */
  keys: readonly string[];
  tried: number;
  isCut: boolean;
}

type PowerAction = Extract<Action, { do: 'power' }>;

/** The power losses of one execution. */
export class Losses {
  /** How often the machine was started again. */
  boots = 0;
  private offered: { disks: LeftDisks; events: number; offer: LossOffer } | undefined;

  constructor(
    private readonly power: PowerSupply | undefined,
    private readonly budget: FaultBudget,
    private readonly history: HistoryBuilder,
    private readonly world: World,
    private readonly causality: Causality,
  ) {}

  begin(options: PowerLossOptions | undefined): void {
    const isLost = options !== undefined && this.arePossible;
    this.world.power = isLost ? options.model : undefined;
    if (isLost) this.power?.begin(options);
  }

  get arePossible(): boolean {
    return this.power !== undefined && (this.budget.losses ?? 0) > 0;
  }

  /** The same object as long as nothing has changed. @returns undefined where no power is lost */
  offer({ last, now }: Moment): LossOffer | undefined {
    if (!this.power || !this.arePossible) return undefined;
    const { history, offered } = this;
    const disks = this.power.disks();
    if (offered?.disks === disks && offered.events === history.length) return offered.offer;
    const before = fingerprint(`${now} ${this.budget.losses} ${history.print()}`);
    const client = last?.client ?? 0;
    const offer: LossOffer = {
      actions: disks.keys.map((_, state) => ({ do: 'power', client, state })),
      keys: disks.keys.map((key) => `${before} ${key}`),
      tried: disks.tried,
      isCut: disks.isCut,
    };
    this.offered = { disks, events: history.length, offer };
    return offer;
  }

  /**
   * The power is lost: no process is left, and of what was not synced only that state.
   * @param living clients @param terminate takes its process from one @returns what is otherwise on the disk, in words
   */
  lose(
    { client, state }: PowerAction,
    clients: readonly Client[],
    terminate: (client: Client) => void,
    step: number,
  ): string {
    // A process that ends closes what it had open, which is too late for the disk.
    this.power?.disks();
    this.budget.losses = (this.budget.losses ?? 0) - 1;
    for (const one of clients) {
      one.isGone = true;
      if (one.state !== 'alive') continue;
      terminate(one);
      one.state = 'killed';
      this.history.killed(one, step);
    }
    const { lost = '', times = new Map<string, number>() } = this.power?.lose(state) ?? {};
    this.world.reboot(times);
    this.causality.restart(`power ${client} ${state}`);
    this.boots++;
    this.history.powerLost(step);
    return lost;
  }
}
