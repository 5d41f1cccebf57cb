import { type Document, isSameContent } from '../store/document/document.js';
import { fingerprint } from '../store/merge/generations.js';
import { type Merge, mergeForeign, mergeLate, type Prints, printsOf } from '../store/merge/merge.js';

/** As many states, and for so long: a program that reads and writes at once has read one of these. */
const statesMax = 256;
const recentMs = 5000;
const printsMax = 10_000;

/** What a write of another program meant, and what has to be mended after it. Keys alone. */
export interface Judgement {
  /**
   * `fresh`: it knew the newest state. `stale`: it wrote from an older one. `misread`: it took the file for empty. `late`: it
   * wrote into a file that a repair had just replaced.
   */
  kind: 'fresh' | 'stale' | 'misread' | 'late';
  set: string[];
  removed: string[];
  /** What it erased or set back without knowing. */
  putBack: string[];
  /** What it brought back without knowing. */
  removedAgain: string[];
  /** For a stale write: how long its base had been replaced, in milliseconds. */
  ageMs?: number | undefined;
  /** What it has removed is perhaps what it didn't know: see `Merge.isDoubtful`. */
  isDoubtful?: true | undefined;
}

interface SeenState {
  prints: Prints;
  /** When it was replaced, in milliseconds. */
  until: number;
}

/** All states of the file that were seen lately, and what ought to be in it. Pure: the clock is an argument. */
export class Memory {
  readonly #isOpaque: ((raw: string) => boolean) | undefined;
  /** The newest at the end. */
  #seen: SeenState[] = [];
  #truth: Document;
  readonly #prints = new Map<string, string>();

  constructor(first: Document, isOpaque?: (raw: string) => boolean) {
    this.#isOpaque = isOpaque;
    this.#truth = first;
    this.#push(first, 0);
  }

  /** What ought to be in the file. */
  get truth(): Document {
    return this.#truth;
  }

  /** Takes the newest state of the file. @param isInPlace in the inode of the state before */
  observe(found: Document, now: number, isInPlace: boolean): Judgement {
    const bases = this.#recent(now);
    const truth = this.#truth;
    const merge = mergeForeign({ ...this.#foreign(found, bases), isInPlace });
    this.#push(found, now);
    this.#truth = merge.document;
    const kind = this.#kindOf(merge, bases);
    return {
      ...judge(truth, found, merge),
      kind,
      ageMs: kind === 'stale' ? ageOf(merge, bases, now) : undefined,
      isDoubtful: merge.isDoubtful || undefined,
    };
  }

  /** Takes what was written into a file that had been replaced. @param before what that held */
  observeLate(found: Document, before: Document, now: number): Judgement {
    const prints = this.#printsOf(before);
    const recent = this.#recent(now);
    const at = recent.findIndex((one) => isSameContent(one.prints, prints));
    const bases = at < 0 ? [{ prints, until: now }] : recent.slice(at);
    const truth = this.#truth;
    const merge = mergeLate({ ...this.#foreign(found, bases), isInPlace: true });
    this.#truth = merge.document;
    return { ...judge(truth, found, merge), kind: 'late', putBack: [], removedAgain: [] };
  }

  /** Is this the state that was seen last? A write in place is often seen twice: whole, and then cut to its length. */
  isNewest(found: Document): boolean {
    const newest = this.#seen.at(-1);
    return newest !== undefined && isSameContent(newest.prints, this.#printsOf(found));
  }

  /** Does the file hold what it ought to? */
  isRight(): boolean {
    const newest = this.#seen.at(-1);
    return newest !== undefined && isSameContent(newest.prints, this.#printsOf(this.#truth));
  }

  /** The file is right as it was found, whatever was judged. */
  accept(found: Document): void {
    this.#truth = found;
  }

  #foreign(theirs: Document, bases: readonly SeenState[]) {
    return {
      truth: this.#truth,
      theirs,
      bases: bases.map(({ prints }) => prints),
      printOf: (raw: string) => this.#printOf(raw),
      isOpaque: this.#isOpaque,
      isWatched: true,
    };
  }

  /** The newest first. */
  #recent(now: number): SeenState[] {
    return this.#seen.toReversed().filter(({ until }, at) => at === 0 || now - until <= recentMs);
  }

  #kindOf({ base }: Merge, bases: readonly SeenState[]): Judgement['kind'] {
    if (base === bases[0]?.prints) return 'fresh';
    return bases.some(({ prints }) => prints === base) ? 'stale' : 'misread';
  }

  #push(state: Document, now: number): void {
    const newest = this.#seen.at(-1);
    if (newest) newest.until = now;
    this.#seen.push({ prints: this.#printsOf(state), until: Number.POSITIVE_INFINITY });
    this.#seen = this.#seen.slice(-statesMax);
  }

  #printsOf(document: Document): Prints {
    return printsOf(document, (raw) => this.#printOf(raw));
  }

  /** The same entries come again and again. */
  #printOf(raw: string): string {
    const known = this.#prints.get(raw);
    if (known !== undefined) return known;
    if (this.#prints.size >= printsMax) this.#prints.clear();
    const print = fingerprint(raw);
    this.#prints.set(raw, print);
    return print;
  }
}

function judge(truth: Document, found: Document, { adopted, putBack }: Merge) {
  return {
    set: adopted.filter((key) => found.has(key)),
    removed: adopted.filter((key) => !found.has(key)),
    putBack: putBack.filter((key) => truth.has(key)),
    removedAgain: putBack.filter((key) => !truth.has(key)),
  };
}

function ageOf({ base }: Merge, bases: readonly SeenState[], now: number): number | undefined {
  const state = bases.find(({ prints }) => prints === base);
  return state && Math.max(0, now - state.until);
}
