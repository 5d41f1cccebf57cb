import { type Action, wordOf } from '../action.js';
import { type Access, conflicts } from '../footprint.js';
import { NondeterminismError } from '../nondeterminism.js';
import { type Choice, continuing, type Strategy } from './strategy.js';

interface Move {
  action: Action;
  accesses: readonly Access[];
  isTimer: boolean;
}

/** For each client the number of the last step that something depends on; -1 for none. */
type Clock = readonly number[];

interface Node {
  /** What each client could do next. */
  moves: Map<number, Move>;
  faults: readonly Action[];
  /** Whose moves are to be tried here. */
  backtrack: Set<number>;
  /** What was tried, here or by a way that comes to the same: not again, until somebody does what conflicts with it. */
  asleep: Map<string, Move>;
  taken: Move;
  /** What the step depends on, itself included; and the same for the next step of each client. */
  clock: Clock;
  clocks: readonly Clock[];
}

/**
 * Dynamic partial-order reduction (Flanagan and Godefroid, POPL 2005) with sleep sets: of all interleavings that differ only
 * in the order of calls that don't touch each other it tries one. Where two calls conflict and could have come the other way
 * round, it goes back and lets them.
 *
 * Timers fire only when nobody else can go on, so no other order of them is possible; calls that one process has under
 * way at once are taken in the order in which it began them.
 */
export class Dpor implements Strategy {
  abandoned = 0;
  exhausted = false;
  readonly bound = 'all interleavings up to the order of calls that do not touch each other';
  private readonly stack: Node[] = [];
  private depth = 0;
  private isFirst = true;

  begin(): boolean {
    this.depth = 0;
    if (this.isFirst) {
      this.isFirst = false;
      return true;
    }
    for (let node = this.stack.at(-1); node; node = this.stack.at(-1)) {
      node.asleep.set(wordOf(node.taken.action), node.taken);
      const next = movesToTry(node)[0];
      if (next) {
        node.taken = next;
        this.settle(node, this.stack.length - 1);
        return true;
      }
      this.stack.pop();
    }
    this.exhausted = true;
    return false;
  }

  pick(choice: Choice): Action | undefined {
    const known = this.stack[this.depth];
    if (known) {
      this.depth++;
      const { action } = known.taken;
      const possible = [...choice.enabled, ...choice.faults].some((one) => wordOf(one) === wordOf(action));
      if (!possible) throw new NondeterminismError(choice.step, `${wordOf(action)} was possible before`);
      return action;
    }
    const moves = new Map(choice.enabled.map((action) => [action.client, moveOf(choice, action)]));
    for (const move of moves.values()) this.findRaces(move);

    const asleep = this.stillAsleep();
    const preferred = continuing(choice);
    const awake = [...moves.values()].filter(({ action }) => !asleep.has(wordOf(action)));
    const taken = awake.find(({ action }) => action === preferred) ?? awake[0];
    if (!taken) {
      this.abandoned++;
      return undefined;
    }
    // Its race with the question can be seen from one side only: whoever is asked for may go now or never.
    const isAsked = choice.enabled.some((action) => choice.isExit(action));
    const backtrack = new Set(isAsked ? moves.keys() : [taken.action.client]);
    const node: Node = { moves, faults: choice.faults, backtrack, asleep, taken, clock: [], clocks: [] };
    this.settle(node, this.stack.length);
    this.stack.push(node);
    this.depth++;
    return taken.action;
  }

  end(): void {}

  /** The last step that conflicts with a move, and that it does not depend on already, could have come after it. */
  private findRaces({ action: { client }, accesses, isTimer }: Move): void {
    if (isTimer) return;
    const clock = this.stack.at(-1)?.clocks[client] ?? [];
    for (let index = this.stack.length - 1; index >= 0; index--) {
      const node = this.stack[index] as Node;
      const other = node.taken.action.client;
      if (other === client || index <= (clock[other] ?? -1) || !conflicts(node.taken.accesses, accesses))
        continue;
      this.reverse(node, index, client, clock);
      return;
    }
  }

  /** Lets a client, or somebody on whom its move depends, come before the step that was taken here. */
  private reverse({ moves, backtrack }: Node, index: number, client: number, clock: Clock): void {
    const helps = (one: number) => one === client || (clock[one] ?? -1) > index;
    const useful = [...moves.keys()].filter(helps);
    if (useful.some((one) => backtrack.has(one))) return;
    if (useful.length === 0) for (const one of moves.keys()) backtrack.add(one);
    else backtrack.add(useful.includes(client) ? client : (useful[0] as number));
  }

  private stillAsleep(): Map<string, Move> {
    const node = this.stack.at(-1);
    const asleep = [...(node?.asleep ?? [])].filter(
      ([, move]) =>
        move.action.client !== node?.taken.action.client &&
        !conflicts(move.accesses, node?.taken.accesses ?? []),
    );
    return new Map(asleep);
  }

  /** Works out what the step that is taken at a node depends on. */
  private settle(node: Node, index: number): void {
    const { action, accesses, isTimer } = node.taken;
    const before = this.stack[index - 1]?.clocks ?? [];
    const clock = [...(before[action.client] ?? [])];
    const join = (other: Clock) => {
      other.forEach((step, client) => {
        clock[client] = Math.max(clock[client] ?? -1, step);
      });
    };
    // A timer fires when all others have come to a stop, and so depends on all of them.
    for (const earlier of this.stack.slice(0, index))
      if (isTimer || conflicts(earlier.taken.accesses, accesses)) join(earlier.clock);
    clock[action.client] = index;
    node.clock = clock;
    const clocks = [...before];
    clocks[action.client] = clock;
    node.clocks = clocks;
  }
}

function moveOf(choice: Choice, action: Action): Move {
  return {
    action,
    accesses: choice.accesses(action),
    isTimer: action.do === 'run' && choice.isTimer(action),
  };
}

/** The moves of all whose turn it is to be tried, and what could go wrong for them, but for what is asleep. */
function movesToTry({ moves, faults, backtrack, asleep }: Node): Move[] {
  return [...backtrack].flatMap((client) => {
    const move = moves.get(client);
    const fault = (action: Action): Move => ({
      action,
      accesses: [{ on: 'faults', how: 'write' }, ...lifeOf(action)],
      isTimer: false,
    });
    const all = [...(move ? [move] : []), ...faults.filter((one) => one.client === client).map(fault)];
    return all.filter(({ action }) => !asleep.has(wordOf(action)));
  });
}

/** Whoever asks whether a process lives is told something else once it is killed. */
function lifeOf({ do: kind, client }: Action): Access[] {
  return kind === 'kill' ? [{ on: `p ${1001 + client}`, how: 'write' }] : [];
}
