import type { CallToMake } from '../protocol/protocol.js';
import { fingerprint, mix, printOfWord } from '../world/fingerprint.js';
import type { SharedAccess } from '../world/footprint.js';

/**
 * What each client can have seen, as a number: of its own calls, and of everything that those depended on. Two schedules
 * after which these numbers are the same differ only in the order of calls that do not touch each other, so the
 * disk holds the same and all that follows is the same.
 */
export class Causality {
  /** By client. */
  private readonly seen: number[] = [];
  /** By shared thing: who changed it last, having seen what. */
  private readonly versions = new Map<string, number>();
  /** The version of what no client has changed since the power was lost. */
  private base = 0;

  constructor(clients: number) {
    for (let client = 0; client < clients; client++) this.seen.push(fingerprint(`client ${client}`));
  }

  /**
   * @param what the step, and the time, or a print of these: a client can look at its clock whenever it likes
   * @returns what the client knew when it did so: what it found must be a function of that
   */
  record(client: number, what: string | number, accesses: readonly SharedAccess[]): number {
    let found = 0;
    // A sum, whatever the order in which they are named.
    for (const { on, how } of accesses)
      if (how !== 'add') found = sum(found, mix(printOfWord(on), this.versions.get(on) ?? this.base));
    const did = typeof what === 'number' ? what : fingerprint(what);
    const seen = mix(mix(this.seen[client] ?? 0, did), found);
    this.seen[client] = seen;
    for (const { on, how } of accesses) {
      if (how === 'write') this.versions.set(on, mix(seen, printOfWord(on)));
      // A sum, as those that add don't see each other.
      if (how === 'add')
        this.versions.set(on, sum(this.versions.get(on) ?? this.base, mix(seen, printOfWord(on))));
    }
    return seen;
  }

  /** After a power loss everything depends on all that was before. @param what the loss */
  restart(what: string): void {
    this.base = fingerprint(`${this.state()} ${what}`);
    this.versions.clear();
  }

  state(): string {
    return `${this.base} ${this.seen.join(' ')}`;
  }
}

function sum(a: number, b: number): number {
  return (a + b) % 2 ** 52;
}

/**
 * A print of a call, without what may differ where it is the same: numbers of descriptors, as what they stand for is among what it
 * touches.
 */
export function printOfCall(call: CallToMake): number {
  const known = prints.get(call);
  if (known !== undefined) return known;
  const { id: _, fd: __, at: ___, toAt: ____, pin: _____, ...what } = call;
  const { path, to, ...rest } = what;
  const print = fingerprint(JSON.stringify(what.alias === undefined ? what : rest));
  prints.set(call, print);
  return print;
}

/** The same of a step that makes a call. @param what the print of the call */
export function printOfStep(now: number, word: string, what: number): number {
  return mix(now, mix(printOfWord(word), what));
}

/** A virtual process that does what it did before reports the same call, and not only an equal one. */
const prints = new WeakMap<CallToMake, number>();
