import type { Choice, Led, Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';

/**
 * First of all the first client is killed, and time passes, so that the others find what it has left behind. Each of its changes
 * is a crash point, with a search of its own of what the others then do. A systematic search has an end, so the crash points come
 * one after the other. A drawn one has none, so they take turns: else every schedule would be spent on the first.
 */
export class AfterCrash implements Strategy {
  /** One for each crash point that was tried, in their order. */
  private readonly searches: Strategy[] = [];
  private point = 0;
  /** How many crash points there are; undefined until the first client has come to its end alive. */
  private points: number | undefined;
  private count = 0;
  private left = 0;
  private isKilled = false;
  private isWaiting = false;

  /**
   * @param make the search of what the others do after a crash
   * @param turns how many executions there are in all, where the crash points take turns
   */
  constructor(
    private readonly make: () => Strategy,
    private readonly turns?: number,
  ) {}

  get abandoned(): number {
    return this.searches.reduce((sum, search) => sum + search.abandoned, 0);
  }

  get exhausted(): boolean {
    return this.points !== undefined && this.tried.every(({ exhausted }) => exhausted);
  }

  get bound(): string {
    const where =
      this.points !== undefined && this.tried.length === this.points
        ? "at each of the first client's changes"
        : `at the first ${this.tried.length} of the first client's changes`;
    // With the fewest executions of all, where they take turns.
    const { bound } = this.tried.at(-1) ?? this.make();
    return `after a crash, ${where}: ${this.turns === undefined ? '' : 'each '}${bound}`;
  }

  begin(): boolean {
    if (!(this.turns === undefined ? this.goOn() : this.takeTurn(this.turns))) return false;
    this.count++;
    this.left = this.point;
    this.isKilled = false;
    this.isWaiting = false;
    return true;
  }

  pick(choice: Choice): Action | undefined {
    if (this.isWaiting) {
      this.isWaiting = false;
      return choice.faults.find((action) => action.do === 'wait');
    }
    if (this.isKilled) return this.inner.pick(choice);
    const kill = choice.faults.find((action) => action.do === 'kill' && action.client === 0);
    if (kill && this.left-- === 0) {
      this.isKilled = true;
      this.isWaiting = true;
      return kill;
    }
    const next = choice.enabled.find(({ client }) => client === 0);
    if (next === undefined) this.points ??= this.point;
    return next;
  }

  end(led: Led): void {
    this.inner.end(led);
  }

  private get tried(): readonly Strategy[] {
    return this.searches.slice(0, this.points);
  }

  private get inner(): Strategy {
    const search = this.searches[this.point] ?? this.make();
    this.searches[this.point] = search;
    return search;
  }

  /** The same crash point as long as there is something left to try, and then the next. */
  private goOn(): boolean {
    if (this.points !== undefined) return false;
    if (this.inner.begin()) return true;
    this.point++;
    return this.inner.begin();
  }

  private takeTurn(turns: number): boolean {
    if (this.count >= turns || this.points === 0) return false;
    const next = this.count === 0 ? 0 : this.point + 1;
    this.point = next >= (this.points ?? Number.POSITIVE_INFINITY) ? 0 : next;
    return this.inner.begin();
  }
}
