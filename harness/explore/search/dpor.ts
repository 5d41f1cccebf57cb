import { type Choice, continuing, type Strategy } from '../execution/strategy.js';
import { type Action, wordOf } from '../schedule/action.js';
import { NondeterminismError } from '../schedule/nondeterminism.js';
import { inConflict, type Outlined, outlineOf } from '../world/outline.js';

interface Move extends Outlined {
  action: Action;
  isTimer: boolean;
}

/** For each client the number of the last step that something depends on; -1 for none. */
type Clock = readonly number[];

export interface DporOptions {
  clients: number;
  /** Preemption bound: how often a client may be made to wait that could go on. Undefined: unbounded. */
  preemptionsMax: number | undefined;
}

/** What is known of a place in an execution before anything is done there. */
interface SearchState {
  /** What each client could do next. */
  moves: Map<number, Move>;
  faults: readonly Move[];
  /** The client of the step before, if it could still go on: then any other client is a preemption. */
  last: number | undefined;
  /** How many there were in the steps before. */
  preemptions: number;
  tried: Set<string>;
  /** Sleep set: an equivalent order was tried already. A move leaves it when a step conflicts with it. */
  asleep: Map<string, Move>;
}

interface Node extends SearchState {
  /** Whose moves are to be tried here. */
  backtrack: Set<number>;
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
 * A bound on preemptions needs more: a backtrack point may exceed the bound, where the start of the preempted client's turn does
 * not. So each race adds a backtrack point there, too, with the client of the later call itself (bounded partial-order reduction:
 * Coons, Musuvathi and McKinley, OOPSLA 2013).
 *
 * Timers fire only when no client can go on, so no other order of them is possible; calls that one process has under
 * way at once are taken in the order in which it began them.
 */
export class Dpor implements Strategy {
  abandoned = 0;
  exhausted = false;
  private readonly stack: Node[] = [];
  private depth = 0;
  private isFirst = true;
  /** A process had several calls under way at once. */
  private hadOthers = false;
  private readonly preemptionsMax: number;

  constructor(private readonly options: DporOptions) {
    this.preemptionsMax = options.preemptionsMax ?? Number.POSITIVE_INFINITY;
  }

  get bound(): string {
    const which = this.isBounded ? ` with up to ${this.preemptionsMax} preemptions` : '';
    const own = this.hadOthers
      ? ', and with those that a process has under way at once in their own order'
      : '';
    return `all interleavings${which} up to the order of calls that do not touch each other${own}`;
  }

  begin(): boolean {
    this.depth = 0;
    if (this.isFirst) {
      this.isFirst = false;
      return true;
    }
    for (let node = this.stack.at(-1); node; node = this.stack.at(-1)) {
      node.tried.add(wordOf(node.taken.action));
      if (this.maySleep(node)) node.asleep.set(wordOf(node.taken.action), node.taken);
      const next = this.movesToTry(node)[0];
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
      const isSame = (one: Action) => one === action || wordOf(one) === wordOf(action);
      if (!choice.enabled.some(isSame) && !choice.faults.some(isSame))
        throw new NondeterminismError(choice.step, `${wordOf(action)} was possible before`);
      return action;
    }
    const moves = new Map(choice.enabled.map((action) => [action.client, moveOf(choice, action)]));
    this.hadOthers = this.hadOthers || choice.others.length > 0;
    const before = this.stack.at(-1);
    const last = choice.last !== undefined && moves.has(choice.last) ? choice.last : undefined;
    // An exit and the question whether a process lives race, but only one side of that shows: the exit happens now or never.
    const isAsked = choice.enabled.some((action) => choice.isExit(action));
    const place: SearchState = {
      moves,
      faults: choice.faults.map((action) => moveOf(choice, action)),
      last,
      preemptions: before ? before.preemptions + costOf(before, before.taken) : 0,
      tried: new Set(),
      asleep: this.stillAsleep(),
    };
    const preferred = continuing(choice);
    const awake = [...moves.values()].filter((move) => this.isOpen(place, move));
    const taken =
      awake.find(({ action }) => action === preferred) ??
      awake[0] ??
      place.faults.find((fault) => this.isOpen(place, fault) && wakes(fault, place.asleep));
    if (!taken) {
      this.abandoned++;
      return undefined;
    }
    const first = taken.action.do === 'run' ? [taken.action.client] : [];
    const backtrack = new Set(isAsked ? moves.keys() : first);
    const node: Node = { ...place, backtrack, taken, clock: [], clocks: [] };
    this.settle(node, this.stack.length);
    this.stack.push(node);
    this.depth++;
    return taken.action;
  }

  end(): void {}

  /** Adds a backtrack point: a client from which the step at `index` can be reached without the one at `at`. */
  private reverse(at: number, index: number, last: Node): void {
    if (this.isBounded) {
      const { client } = last.taken.action;
      this.letBegin(at, client);
      this.letBegin(this.beginOfTurn(at), client);
      return;
    }
    const { taken, moves, backtrack } = this.stack[at] as Node;
    const dependsOn = (node: Node, step: number, client: number) => step <= (node.clock[client] ?? -1);
    const without = [...this.stack.slice(at + 1, index), last]
      .map((node, offset) => ({ node, step: at + 1 + offset, client: node.taken.action.client }))
      .filter(({ node }) => node === last || !dependsOn(node, at, taken.action.client));
    const initials = without
      .filter(
        ({ node }, place) =>
          !without.slice(0, place).some(({ step, client }) => dependsOn(node, step, client)),
      )
      .map(({ client }) => client);
    if (initials.some((client) => backtrack.has(client))) return;
    const possible = initials.find((client) => moves.has(client));
    this.letBegin(at, possible);
  }

  private letBegin(at: number, client: number | undefined): void {
    const { moves, backtrack } = this.stack[at] as Node;
    // The step itself made it possible: every client that could go on is a backtrack point.
    if (client === undefined || !moves.has(client)) for (const other of moves.keys()) backtrack.add(other);
    else backtrack.add(client);
  }

  /** Where the client that took a step was let on: to choose another one there may cost no preemption. */
  private beginOfTurn(at: number): number {
    const clientAt = (index: number) => this.stack[index]?.taken.action.client;
    let begin = at;
    while (begin > 0 && clientAt(begin - 1) === clientAt(at)) begin--;
    return begin;
  }

  private get isBounded(): boolean {
    return Number.isFinite(this.preemptionsMax);
  }

  /** The moves of all whose turn it is to be tried, and what could go wrong. */
  private movesToTry(node: Node): Move[] {
    const moves = [...node.backtrack].flatMap((client) => node.moves.get(client) ?? []);
    return [...moves, ...node.faults].filter((move) => this.isOpen(node, move));
  }

  private isOpen(place: SearchState, move: Move): boolean {
    if (place.tried.size + place.asleep.size > 0) {
      const word = wordOf(move.action);
      if (place.tried.has(word) || place.asleep.has(word)) return false;
    }
    return place.preemptions + costOf(place, move) <= this.preemptionsMax;
  }

  /**
   * Without a bound, all that was tried. With one, what comes to the same must not need more preemptions, and only
   * that of the client which need not wait surely does not: brought forward, it makes its next turn shorter, and no turn more. Among
   * three that is not all: one execution in some 20,000 random programs was missed.
   */
  private maySleep({ last, taken }: Node): boolean {
    return (
      !this.isBounded ||
      (this.options.clients === 2 && taken.action.do === 'run' && taken.action.client === last)
    );
  }

  private stillAsleep(): Map<string, Move> {
    const node = this.stack.at(-1);
    // A fault is offered at one moment only. What was tried without it has not been tried with it, wherever it commutes.
    if (node?.taken.action.do !== 'run' || node.asleep.size === 0) return new Map();
    const { taken } = node;
    const isAsleep = (move: Move) => move.action.client !== taken.action.client && !inConflict(move, taken);
    return new Map([...node.asleep].filter(([, move]) => isAsleep(move)));
  }

  /**
   * Works out what the step that is taken at a node depends on, from the latest step back: what one of these depends on is known to be
   * before it. Every other step that it conflicts with could have come after it.
   */
  private settle(node: Node, index: number): void {
    const { action, isTimer } = node.taken;
    const before = this.stack[index - 1]?.clocks ?? [];
    const clock = [...(before[action.client] ?? [])];
    const races: number[] = [];
    // A timer fires when all others have come to a stop, and so depends on all of them.
    if (isTimer) for (const other of before) joinInto(clock, other ?? []);
    else
      for (let at = index - 1; at >= 0; at--) {
        const cause = this.stack[at] as Node;
        if (at <= (clock[cause.taken.action.client] ?? -1) || !inConflict(cause.taken, node.taken)) continue;
        races.push(at);
        joinInto(clock, cause.clock);
      }
    clock[action.client] = index;
    node.clock = clock;
    const clocks = [...before];
    clocks[action.client] = clock;
    node.clocks = clocks;
    for (const at of races) this.reverse(at, index, node);
  }
}

/** True if a step that sleeps conflicts with the fault: after it the step finds something else, and that was not tried. */
function wakes(fault: Move, asleep: ReadonlyMap<string, Move>): boolean {
  return [...asleep.values()].some((move) => move.action.do === 'run' && inConflict(move, fault));
}

/** Takes the later of each, into the first. */
function joinInto(a: number[], b: Clock): void {
  for (let client = 0; client < b.length; client++) {
    const other = b[client] ?? -1;
    if (other > (a[client] ?? -1)) a[client] = other;
    else a[client] ??= -1;
  }
}

function moveOf(choice: Choice, action: Action): Move {
  const accesses = choice.accesses(action);
  return {
    action,
    accesses,
    outline: outlineOf(accesses),
    isTimer: action.do === 'run' && choice.isTimer(action),
  };
}

/** How many preemptions a move is. */
function costOf({ last }: SearchState, { action }: Move): number {
  return action.do === 'run' && last !== undefined && action.client !== last ? 1 : 0;
}
