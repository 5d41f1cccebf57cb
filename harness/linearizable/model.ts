/**
 * What an operation does to the states of those that come after it, whatever that state is.
 *
 *  - `none`: nothing, so it may be placed as soon as its output fits.
 *  - `repeatable`: doing it again and again leads to finitely many states.
 *  - `cumulative`: each time it does more (an append).
 */
export type Effect = 'none' | 'repeatable' | 'cumulative';

/** What a model's view of one call is where the object is a plain register: then histories with unique values are easy. */
export type RegisterView = { write: string | number } | { read: string | number | null };

/**
 * What can still come of a state:
 *
 *  - `open`: nothing is known.
 *  - `forgotten`: no call will ever show what it is, as it will be replaced first. All such states are one.
 *  - `hopeless`: the next answer can't be given any more, whatever comes before it.
 */
export type Prospect = 'open' | 'forgotten' | 'hopeless';

/**
 * A sequential specification: what the object answers to one client alone. Pure and deterministic.
 *
 * A state is immutable, and never undefined.
 */
export interface Model<State, Input, Output> {
  name: string;
  init: State;
  /**
   * What comes after, or undefined if the output can't be that in this state.
   * @param output undefined where it is unknown: then it can be any
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** Two states with the same key are the same state. */
  key(state: State): string | number;
  /**
   * The part of the object that an operation is about, where parts know nothing of each other. A history is then
   * linearizable if each part's is (Herlihy and Wing 1990; P-compositionality: Horn and Kroening 2015). Undefined: all of it.
   */
  partition?(input: Input): string | undefined;
  /** As people say it: `set "a" to 5`, `get "a": nothing`. */
  describe(input: Input, output: Output | undefined): string;
  /** Default: `cumulative`, of which nothing is assumed. */
  effect?(input: Input, output: Output | undefined): Effect;
  /**
   * Looks ahead, so that a search need not try all orders of calls whose order an answer shows. It must be sure: `open` is always right.
   * @param next of all calls that are still to be placed and have no effect, the one that has to be first; undefined if there is none
   * @param before what may come before it, that call and others of its kind included
   */
  prospect?(
    state: State,
    next: Asked<Input, Output> | undefined,
    before: readonly Asked<Input, Output>[],
  ): Prospect;
  /** Undefined where it is neither a plain write nor a plain read. The register holds null at first. */
  register?(input: Input, output: Output | undefined): RegisterView | undefined;
}

/** A call as a model sees it. */
export interface Asked<Input, Output> {
  input: Input;
  /** Undefined if it is not known. */
  output: Output | undefined;
}

/**
 * One operation on the object, and its closed interval: where one ends as another begins, the two are concurrent.
 *
 *     A |-- write 1 --|                A read that begins at the very instant at which the write ends may be placed
 *     B               |-- read 0 --|   before it: equal times give no order.
 *
 * Times are of one clock, in any unit.
 */
export interface Call<Input, Output> extends Asked<Input, Output> {
  /** Names it in a verdict. */
  id: string;
  process: string;
  begin: number;
  /**
   * By when it has taken effect, if it does: its return; of one that was killed the end of its process (strict
   * linearizability: Aguilera and Frolund 2003); Infinity for one that may still happen at any time.
   */
  end: number;
  /** `maybe`: its outcome is unknown, so it need not have happened. */
  happened: 'yes' | 'maybe';
}
