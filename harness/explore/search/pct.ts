import { Random } from '../../workload/random.js';
import type { Choice, Led, Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';
import { FaultLottery, type Share } from './random-walk.js';

const depths = [1, 2, 3, 4] as const;

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): random priorities, whoever has the highest goes on, and at
 * d - 1 random steps it gets the lowest. One such schedule finds a bug that needs d ordered steps with a probability of at least
 * 1 / (n k^(d-1)), for n clients and k steps. Nobody knows d before, so it takes turns: 1, 2, 3, 4.
 */
export class Pct implements Strategy {
  readonly abandoned = 0;
  readonly exhausted = false;
  private count: number;
  private drawn = 0;
  private stepsMax = 0;
  private random = new Random(0, 'schedule');
  private priorities: number[] = [];
  private changes = new Set<number>();
  private lowest = 0;
  private readonly lottery = new FaultLottery();

  constructor(
    private readonly seed: number,
    private readonly schedulesMax: number,
    private readonly clients: number,
    private readonly share: Share,
  ) {
    this.count = share.index;
  }

  get bound(): string {
    const { clients: n, stepsMax: k } = this;
    const schedules = this.schedulesDrawn;
    const each = Math.floor(schedules / depths.length);
    const chances = depths.slice(1, 3).map((depth) => {
      const missed = (1 - 1 / (n * Math.max(1, k) ** (depth - 1))) ** each;
      return `of depth ${depth} with a probability of at least ${(100 * (1 - missed)).toPrecision(3)} %`;
    });
    return `PCT with ${n} clients and up to ${k} steps: ${schedules} schedules find a bug ${chances.join(', ')}`;
  }

  /** Of all who share the work, once our part is done; until then only our own are known to have been drawn. */
  private get schedulesDrawn(): number {
    return this.count >= this.schedulesMax ? this.schedulesMax : this.drawn;
  }

  begin(): boolean {
    if (this.count >= this.schedulesMax) return false;
    const random = new Random(this.seed, `schedule ${this.count}`);
    const depth = depths[Math.floor(this.count / this.share.of) % depths.length] ?? 1;
    this.count += this.share.of;
    this.drawn++;
    this.random = random;
    this.priorities = shuffled(random, this.clients).map((priority) => priority + depth);
    this.lowest = depth - 1;
    this.changes = new Set(
      Array.from({ length: depth - 1 }, () => random.int(0, Math.max(1, this.stepsMax - 1))),
    );
    this.lottery.begin(random);
    return true;
  }

  pick(choice: Choice): Action | undefined {
    const fault = this.lottery.draw(choice, this.random);
    if (fault) return fault;
    const { enabled, others, step } = choice;
    if (this.changes.has(step)) {
      const { client } = this.highest(enabled);
      this.priorities[client] = this.lowest--;
    }
    const next = this.highest(enabled);
    // What one client has under way besides has no priority of its own.
    const options = [next, ...others.filter(({ client }) => client === next.client)];
    return options.length > 1 ? this.random.pick(options) : next;
  }

  end(led: Led): void {
    this.stepsMax = Math.max(this.stepsMax, led.steps);
    this.lottery.end(led);
  }

  private highest(enabled: readonly Action[]): Action {
    const priority = ({ client }: Action) => this.priorities[client] ?? 0;
    return enabled.reduce((best, action) => (priority(action) > priority(best) ? action : best));
  }
}

function shuffled(random: Random, count: number): number[] {
  const left = Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: count }, () => left.splice(random.int(0, left.length - 1), 1)[0] ?? 0);
}
