import { Configurations } from './configurations.js';
import { EntryList } from './entry-list.js';
import type { Asked, Call, Model } from './model.js';

/** Steps of the model. A search that needs more has proved nothing. */
export const stepsDefault = 5_000_000;

export interface SearchOptions<Input> {
  /** Default `stepsDefault`. */
  stepsMax?: number;
  /** Inputs that may also occur, at any time and any number of times, with unobserved output. */
  anytime?: readonly Input[];
}

export type Searched =
  /** @property order a linearization: indices of calls; those that are missing need not have happened */
  { verdict: 'valid'; steps: number; order: number[] } | { verdict: 'invalid' | 'unknown'; steps: number };

interface Choice<State> {
  /** What was placed; negative for one of `anytime`. */
  entry: number;
  /** Before it. */
  state: State;
  stateId: number;
  top: number;
  /** Calls that need not have happened, and that were over before it began: with it they are out of the question. */
  expired: readonly number[];
  /**
   * It has no effect, and it fitted: if nothing follows from here, nothing does from elsewhere. Whatever is `expired` by it
   * began before it, and so has been tried before it; what would be tried after it leaves no more possible.
   */
  isForced: boolean;
}

/** The key of a state that no later call can observe. */
const forgotten = -2;

/**
 * Looks for an order of calls that the model allows and that respects real time: depth-first
 * (Wing and Gong 1993), and never twice from one configuration (Lowe 2017). A configuration is the state, the latest call that
 * has been placed, and those before it that have not: with a few clients a handful of numbers, however long the history is.
 * Where the model can look ahead, what leads nowhere is not entered.
 */
export function search<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  { stepsMax = stepsDefault, anytime = [] }: SearchOptions<Input> = {},
): Searched {
  const attempt = new Attempt(model, calls, anytime);
  const verdict = attempt.run(stepsMax);
  const { steps } = attempt;
  return verdict === 'valid' ? { verdict, steps, order: attempt.order() } : { verdict, steps };
}

class Attempt<State, Input, Output> {
  readonly entries: EntryList;
  steps = 0;
  private readonly choices: Choice<State>[] = [];
  private readonly seen = new Configurations();
  private readonly idOfState = new Map<string | number, number>();
  private readonly hasNoEffect: boolean[];
  private readonly numbers: Int32Array;
  private readonly isNeeded: boolean[];
  private readonly unasked: readonly Asked<Input, Output>[];

  constructor(
    private readonly model: Model<State, Input, Output>,
    private readonly calls: readonly Call<Input, Output>[],
    private readonly anytime: readonly Input[],
  ) {
    this.entries = new EntryList(calls);
    this.numbers = new Int32Array(calls.length + 2);
    this.isNeeded = calls.map(({ happened }) => happened === 'yes');
    this.hasNoEffect = calls.map(({ input, output }) => model.effect?.(input, output) === 'none');
    this.unasked = anytime.map((input) => ({ input, output: undefined }));
    // It is not known what they found, if they happened at all.
    for (const [call, isNeeded] of this.isNeeded.entries()) {
      if (!isNeeded && this.hasNoEffect[call]) this.entries.lift(call);
    }
  }

  run(stepsMax: number): 'valid' | 'invalid' | 'unknown' {
    const { entries, calls, choices, anytime } = this;
    let missing = this.isNeeded.filter(Boolean).length;
    let state = this.model.init;
    let stateId = this.idOf(state);
    let top = -1;
    let expired: number[] = [];
    let entry = this.firstEntry();

    while (missing > 0) {
      const call = entry < 0 ? -1 : (entries.callOf[entry] ?? 0);
      if (entry >= 0 && entries.isEnd[entry]) {
        if (!this.isNeeded[call]) {
          expired.push(call);
          entry = entries.after(entry);
          continue;
        }
        // A wall: what comes later can't be placed before this one is.
        let last = choices.pop();
        while (last !== undefined) {
          missing += this.takeBack(last);
          if (!last.isForced) break;
          last = choices.pop();
        }
        if (last === undefined) return 'invalid';
        ({ state, stateId, top } = last);
        expired = [...last.expired];
        entry = this.entryAfter(last.entry);
        continue;
      }

      if (++this.steps > stepsMax) return 'unknown';
      const { input, output } =
        entry < 0
          ? { input: anytime[~entry] as Input, output: undefined }
          : (calls[call] as Call<Input, Output>);
      const next = this.model.step(state, input, output);
      const isNeeded = call >= 0 && this.isNeeded[call] === true;
      // One that need not have happened, and changes nothing now, may as well happen later or never.
      if (next !== undefined && (isNeeded || this.idOf(next) !== stateId)) {
        const isForced = isNeeded && this.hasNoEffect[call] === true;
        const choice = { entry, state, stateId, top, expired, isForced };
        missing -= this.place(choice);
        const nextId = this.idAhead(next);
        const nextTop = Math.max(top, entry);
        const isOfUse = nextId !== undefined && (isNeeded || nextId !== stateId);
        if (isOfUse && this.isNew(nextId, nextTop)) {
          choices.push(choice);
          state = next;
          stateId = nextId;
          top = nextTop;
          expired = [];
          entry = this.firstEntry();
          continue;
        }
        missing += this.takeBack(choice);
      }
      entry = this.entryAfter(entry);
    }
    return 'valid';
  }

  /** What has been placed, first to last. */
  order(): number[] {
    return this.choices.flatMap(({ entry }) => (entry < 0 ? [] : (this.entries.callOf[entry] ?? 0)));
  }

  /** @returns by how many calls fewer are missing */
  private place({ entry, expired }: Choice<State>): number {
    for (const call of expired) this.entries.lift(call);
    if (entry < 0) return 0;
    const call = this.entries.callOf[entry] ?? 0;
    this.entries.lift(call);
    return this.isNeeded[call] ? 1 : 0;
  }

  /** @returns by how many calls more are missing */
  private takeBack({ entry, expired }: Choice<State>): number {
    const call = entry < 0 ? -1 : (this.entries.callOf[entry] ?? 0);
    if (call >= 0) this.entries.putBack(call);
    for (let index = expired.length - 1; index >= 0; index--) this.entries.putBack(expired[index] ?? 0);
    return call >= 0 && this.isNeeded[call] ? 1 : 0;
  }

  private isNew(stateId: number, top: number): boolean {
    const { entries, numbers } = this;
    numbers[0] = stateId;
    numbers[1] = top;
    let length = 2;
    for (let entry = entries.first(); entry < top; entry = entries.after(entry)) {
      if (!entries.isEnd[entry]) numbers[length++] = entry;
    }
    return this.seen.add(numbers, length);
  }

  /** The id of the configuration after some calls have just been placed; undefined if it leads nowhere. */
  private idAhead(state: State): number | undefined {
    const { model, entries, calls, isNeeded, hasNoEffect } = this;
    if (!model.prospect) return this.idOf(state);
    const before: Asked<Input, Output>[] = [...this.unasked];
    let next: Asked<Input, Output> | undefined;
    for (let entry = entries.first(); entry !== entries.head; entry = entries.after(entry)) {
      const call = entries.callOf[entry] ?? 0;
      const asked = calls[call] as Call<Input, Output>;
      if (!entries.isEnd[entry]) before.push(asked);
      else if (isNeeded[call] && hasNoEffect[call]) {
        next = asked;
        break;
      }
    }
    const prospect = model.prospect(state, next, before);
    if (prospect === 'hopeless') return undefined;
    return prospect === 'forgotten' ? forgotten : this.idOf(state);
  }

  private idOf(state: State): number {
    const key = this.model.key(state);
    const known = this.idOfState.get(key);
    if (known !== undefined) return known;
    this.idOfState.set(key, this.idOfState.size);
    return this.idOfState.size - 1;
  }

  private firstEntry(): number {
    return this.anytime.length > 0 ? -this.anytime.length : this.entries.first();
  }

  private entryAfter(entry: number): number {
    if (entry < -1) return entry + 1;
    return entry === -1 ? this.entries.first() : this.entries.after(entry);
  }
}
