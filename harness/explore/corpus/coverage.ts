import type { Executed } from '../execution/executed.js';
import { callsOf } from '../execution/lines-of-calls.js';
import { fingerprint } from '../world/fingerprint.js';

/** What was seen, each as a print of its words. */
export interface Seen {
  pairs: readonly number[];
  states: readonly number[];
}

/** How much of it there is. */
export interface Counts {
  pairs: number;
  states: number;
}

/** More are not told apart from what was seen: a file of them is read and written by each search. */
const countMax = 100_000;

/**
 * How clients were seen to meet, in words that mean the same in every execution: which call of one came right after which of another,
 * and between which calls all of them stood. What the file holds is not looked at.
 */
export class Coverage {
  private readonly pairs: Set<number>;
  private readonly states: Set<number>;

  constructor({ pairs, states }: Seen = { pairs: [], states: [] }) {
    this.pairs = new Set(pairs);
    this.states = new Set(states);
  }

  /** @returns how much of it is new */
  add(executed: Pick<Executed, 'steps'>): Counts {
    const before = this.counts;
    const at: string[] = [];
    let last: { client: number; line: string } | undefined;
    for (const [index, line] of callsOf(executed).entries()) {
      const client = executed.steps[index]?.client ?? 0;
      if (last && last.client !== client) addTo(this.pairs, `${last.line} > ${line}`);
      at[client] = line;
      addTo(this.states, at.join(' | '));
      last = { client, line };
    }
    const { pairs, states } = this.counts;
    return { pairs: pairs - before.pairs, states: states - before.states };
  }

  get seen(): Seen {
    return { pairs: [...this.pairs], states: [...this.states] };
  }

  private get counts(): Counts {
    return { pairs: this.pairs.size, states: this.states.size };
  }
}

function addTo(prints: Set<number>, words: string): void {
  if (prints.size < countMax) prints.add(fingerprint(words));
}
