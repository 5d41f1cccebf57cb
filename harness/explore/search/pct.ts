import { Random } from '../../workload/random.js';
import type { Choice, Led, Share, Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';
import { FaultLottery } from './random-walk.js';

const depths = [1, 2, 3, 4] as const;

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): each client has a random priority, the enabled one with the
 * highest goes on, and after d - 1 random steps the client that took the step falls behind all that have not fallen yet. One such
 * schedule finds a bug that d ordering constraints bring about with a probability of at least 1 / (n k^(d-1)), for n clients and k
 * steps. The depth of a bug is not known before, so the depths 1, 2, 3 and 4 take turns.
 *
 * Only a step that was a choice between several clients counts, and the first of each client. Any other step was the only one
 * possible, so a client that falls behind after it might as well have done so after its last step that counts: what happens is
 * the same. The paper's bound thus holds with the smaller k.
 */
export class Pct implements Strategy {
  readonly abandoned = 0;
  readonly exhausted = false;
  private count: number;
  private drawn = 0;
  private random = new Random(0, 'schedule');
  private depth = 1;
  private priorities: number[] = [];
  /** By the number of a step that counts, from 1: the priority that its client has afterwards. */
  private changes = new Map<number, number>();
  private readonly started = new Set<number>();
  /** Steps of this execution that count. */
  private decisions = 0;
  /** The most that an execution had: the k of the bound. */
  private decisionsMax = 0;
  /** Schedules by depth, of those that the bound holds for. */
  private bounded: number[] = [];
  private hasFaults = false;
  private hasOthers = false;
  private readonly lottery = new FaultLottery();

  constructor(
    private readonly seed: number,
    private readonly schedulesMax: number,
    private readonly clients: number,
    private readonly share: Share,
  ) {
    this.count = share.index;
  }

  /** The probabilities are those of our own schedules alone: another share may have met longer executions. */
  get bound(): string {
    const { clients: n, decisionsMax: k } = this;
    const chances = depths.slice(1, 3).map((depth) => {
      const missed = (1 - 1 / (n * Math.max(1, k) ** (depth - 1))) ** (this.bounded[depth] ?? 0);
      return `of depth ${depth} with a probability of at least ${(100 * (1 - missed)).toPrecision(3)} %`;
    });
    const needs = [
      ...(this.hasFaults ? ['needs no fault'] : []),
      ...(this.hasOthers ? ["does not depend on the order of one client's own calls"] : []),
    ];
    const which = needs.length === 0 ? '' : ` that ${needs.join(' and ')},`;
    return `PCT with ${n} clients and up to ${k} scheduling decisions: ${this.schedulesDrawn} schedules find a bug${which} ${chances.join(', ')}`;
  }

  /** The schedules of all parallel searches once this part is done; until then only those of this part are certain. */
  private get schedulesDrawn(): number {
    return this.count >= this.schedulesMax ? this.schedulesMax : this.drawn;
  }

  begin(): boolean {
    if (this.count >= this.schedulesMax) return false;
    const random = new Random(this.seed, `schedule ${this.count}`);
    this.depth = depths[Math.floor(this.count / this.share.of) % depths.length] ?? 1;
    this.count += this.share.of;
    this.drawn++;
    this.random = random;
    this.priorities = shuffled(random, this.clients).map((priority) => priority + this.depth);
    this.changes = this.drawChanges();
    this.decisions = 0;
    this.started.clear();
    this.lottery.begin(random);
    return true;
  }

  pick(choice: Choice): Action | undefined {
    const { enabled, others, faults } = choice;
    this.hasFaults ||= faults.length > 0;
    this.hasOthers ||= others.length > 0;
    const fault = this.lottery.draw(choice, this.random);
    if (fault) return fault;
    const next = this.highest(enabled);
    const { client } = next;
    if (enabled.length > 1 || !this.started.has(client)) {
      this.decisions++;
      this.priorities[client] = this.changes.get(this.decisions) ?? this.priorities[client] ?? 0;
    }
    this.started.add(client);
    // What one client has under way besides has no priority of its own.
    const options = [next, ...others.filter((other) => other.client === client)];
    return options.length > 1 ? this.random.pick(options) : next;
  }

  end(led: Led): void {
    this.lottery.end(led);
    if (this.decisions > this.decisionsMax) {
      // No schedule before could make a change as late as this.
      this.decisionsMax = this.decisions;
      this.bounded = [];
    } else if (!this.hasFaults || !this.lottery.hasTicket)
      this.bounded[this.depth] = (this.bounded[this.depth] ?? 0) + 1;
  }

  /** After the last decision of all, a change has no effect. Which change leads to the lowest priority is random, too. */
  private drawChanges(): Map<number, number> {
    const last = this.decisionsMax - 1;
    const count = Math.max(0, Math.min(this.depth - 1, last));
    const changes = new Map<number, number>();
    while (changes.size < count) {
      const decision = this.random.int(1, last);
      if (!changes.has(decision)) changes.set(decision, changes.size + 1);
    }
    return changes;
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
