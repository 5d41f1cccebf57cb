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
 * A sequential specification: what the object answers if nobody else is there. Pure and deterministic.
 *
 * A state is immutable, and never undefined.
 */
export interface Model<State, Input, Output> {
  name: string;
  init: State;
  /**
   * What comes after, or undefined if the output can't be that in this state.
   * @param output undefined where nobody was told: then it can be any
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
  /** Undefined where it is neither a plain write nor a plain read. The register holds null at first. */
  register?(input: Input, output: Output | undefined): RegisterView | undefined;
}

/**
 * One operation on the object, and its closed interval: where one ends as another begins, the two are concurrent.
 *
 *     A |-- write 1 --|                A read that begins at the very instant at which the write ends may be placed
 *     B               |-- read 0 --|   before it: a clock that ticks twice at once tells no order.
 *
 * Times are of one clock, in any unit.
 */
export interface Call<Input, Output> {
  /** Names it in a verdict. */
  id: string;
  process: string;
  input: Input;
  /** Undefined: nobody was told. */
  output: Output | undefined;
  begin: number;
  /**
   * By when it has taken effect, if it does: its return; of one that was killed the end of its process (strict
   * linearizability: Aguilera and Frolund 2003); Infinity for one that may still happen at any time.
   */
  end: number;
  /** `maybe`: its outcome is unknown, so it need not have happened. */
  happened: 'yes' | 'maybe';
}
