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
 * Dynamic partial-order reduction: of all interleavings that differ only in the order of calls that don't touch each other it
 * tries one. Where two calls conflict and could have come the other way round, it goes back and lets them. This is the source-set
 * algorithm of Abdulla, Aronis, Jonsson and Sagonas (POPL 2014). The older one, of Flanagan and Godefroid (2005), looks at the
 * last race of each step only; with sleep sets it misses outcomes of programs as small as
 *
 *     A: read y | B: read y, add to y | C: add to y        (B reads, C adds, A reads, B adds)
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
    // And what can go wrong can do so now, or at another place where it is possible again.
    const mayFail = choice.faults.map(({ client }) => client);
    const backtrack = new Set(isAsked ? moves.keys() : [taken.action.client, ...mayFail]);
    const node: Node = { moves, faults: choice.faults, backtrack, asleep, taken, clock: [], clocks: [] };
    this.settle(node, this.stack.length);
    this.stack.push(node);
    this.depth++;
    return taken.action;
  }

  end(): void {}

  /**
   * Every step that conflicts with the one at the end, and that nothing between them keeps before it, could have come after it.
   * @param own what the step depended on before: what its client had done
   */
  private findRaces(last: Node, index: number, own: Clock): void {
    const { action, accesses, isTimer } = last.taken;
    if (isTimer) return;
    let seen = own;
    for (let at = index - 1; at >= 0; at--) {
      const node = this.stack[at] as Node;
      const { client } = node.taken.action;
      if (at <= (seen[client] ?? -1) || !conflicts(node.taken.accesses, accesses)) continue;
      if (client !== action.client) this.reverse(node, at, [...this.stack.slice(at + 1, index), last]);
      seen = join(seen, node.clock);
    }
  }

  /** Lets somebody begin here with whom the others can come to the last step of what follows without the step that was taken. */
  private reverse({ taken, moves, backtrack }: Node, at: number, following: readonly Node[]): void {
    const dependsOn = (node: Node, step: number, client: number) => step <= (node.clock[client] ?? -1);
    const last = following.at(-1);
    const without = following
      .map((node, offset) => ({ node, step: at + 1 + offset, client: node.taken.action.client }))
      .filter(({ node }) => node === last || !dependsOn(node, at, taken.action.client));
    const initials = without
      .filter(
        ({ node }, index) =>
          !without.slice(0, index).some(({ step, client }) => dependsOn(node, step, client)),
      )
      .map(({ client }) => client);
    if (initials.some((client) => backtrack.has(client))) return;
    const possible = initials.find((client) => moves.has(client));
    // It was made possible by the very step: whoever else could go on may, too.
    if (possible === undefined) for (const client of moves.keys()) backtrack.add(client);
    else backtrack.add(possible);
  }

  private stillAsleep(): Map<string, Move> {
    const node = this.stack.at(-1);
    // A fault is offered at one moment only. What was tried without it has not been tried with it, wherever it commutes.
    if (node?.taken.action.do !== 'run') return new Map();
    const { action, accesses } = node.taken;
    const isAsleep = (move: Move) =>
      move.action.client !== action.client && !conflicts(move.accesses, accesses);
    return new Map([...node.asleep].filter(([, move]) => isAsleep(move)));
  }

  /** Works out what the step that is taken at a node depends on. */
  private settle(node: Node, index: number): void {
    const { action, accesses, isTimer } = node.taken;
    const before = this.stack[index - 1]?.clocks ?? [];
    const own = before[action.client] ?? [];
    // A timer fires when all others have come to a stop, and so depends on all of them.
    const causes = this.stack
      .slice(0, index)
      .filter(({ taken }) => isTimer || conflicts(taken.accesses, accesses));
    const clock = [...causes.map((cause) => cause.clock).reduce(join, own)];
    clock[action.client] = index;
    node.clock = clock;
    const clocks = [...before];
    clocks[action.client] = clock;
    node.clocks = clocks;
    this.findRaces(node, index, own);
  }
}

function join(a: Clock, b: Clock): Clock {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, client) =>
    Math.max(a[client] ?? -1, b[client] ?? -1),
  );
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
