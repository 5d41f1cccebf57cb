import { type Choice, continuing, isLocal, isPreemption, type Strategy } from '../execution/strategy.js';
import { type Action, wordOf } from '../schedule/action.js';
import { NondeterminismError } from '../schedule/nondeterminism.js';

export interface DepthFirstOptions {
  /** Preemption bound: how often a client may be made to wait that could go on. Undefined: unbounded. */
  preemptionsMax: number | undefined;
  /** Ends an execution in a state from which everything was tried before, and makes no choice that no client can notice. */
  prunes: boolean;
}

interface Node {
  options: Action[];
  tried: number;
  preemptions: number;
}

/** Tries every interleaving, one after the other; with a bound on preemptions those with few of them first. */
export class DepthFirst implements Strategy {
  abandoned = 0;
  exhausted = false;
  private readonly stack: Node[] = [];
  private readonly seen = new Map<string, number>();
  private depth = 0;
  private preemptions = 0;
  /** The bound of this round: 0, 1, 2, ... up to the one that is asked for. */
  private round: number;
  private wasCut = false;
  private isFirst = true;

  constructor(private readonly options: DepthFirstOptions) {
    this.round = options.preemptionsMax === undefined ? Number.POSITIVE_INFINITY : 0;
  }

  get bound(): string {
    const { preemptionsMax, prunes } = this.options;
    const which =
      preemptionsMax === undefined
        ? 'all interleavings'
        : `all interleavings with up to ${preemptionsMax} preemptions`;
    return prunes ? `${which}, states seen before left out` : which;
  }

  begin(): boolean {
    if (this.isFirst) this.isFirst = false;
    else if (!this.next()) return false;
    this.depth = 0;
    this.preemptions = 0;
    return true;
  }

  pick(choice: Choice): Action | undefined {
    const node = this.stack[this.depth] ?? this.open(choice);
    if (node === undefined) return undefined;
    this.depth++;
    const action = node.options[node.tried] as Action;
    const possible = [...choice.enabled, ...choice.others, ...choice.faults].map(wordOf);
    if (!possible.includes(wordOf(action)))
      throw new NondeterminismError(choice.step, `${wordOf(action)} was possible before`);
    if (isPreemption(choice, action)) this.preemptions++;
    return action;
  }

  end(): void {}

  /** What can be tried here, the default first; undefined if all of it was tried before. */
  private open(choice: Choice): Node | undefined {
    const first = continuing(choice);
    if (first === undefined) return undefined;
    if (this.options.prunes) {
      const left = this.round - this.preemptions;
      const key = `${choice.state()} ${choice.enabled.some(({ client }) => client === choice.last) ? choice.last : ''}`;
      if ((this.seen.get(key) ?? -1) >= left) {
        this.abandoned++;
        return undefined;
      }
      this.seen.set(key, left);
    }
    const isForced = this.options.prunes && first.client === choice.last && isLocal(choice, first);
    const rest = isForced
      ? choice.faults
      : [...choice.enabled, ...choice.others, ...choice.faults].filter((action) => action !== first);
    const allowed = rest.filter((action) => {
      const isCut = isPreemption(choice, action) && this.preemptions >= this.round;
      this.wasCut = this.wasCut || isCut;
      return !isCut;
    });
    const node = { options: [first, ...allowed], tried: 0, preemptions: this.preemptions };
    this.stack.push(node);
    return node;
  }

  private next(): boolean {
    for (;;) {
      const node = this.stack.at(-1);
      if (node === undefined) break;
      node.tried++;
      if (node.tried < node.options.length) return true;
      this.stack.pop();
    }
    // Nothing was left out for the bound: more of it would bring nothing new.
    if (!this.wasCut || this.round >= (this.options.preemptionsMax ?? 0)) {
      this.exhausted = true;
      return false;
    }
    this.round++;
    this.wasCut = false;
    this.seen.clear();
    return true;
  }
}
